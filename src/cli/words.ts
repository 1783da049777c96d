export { duration, plural, quoted } from '../model/words.js';
