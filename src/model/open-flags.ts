import { constants } from 'node:fs';

/** For open(2): a link that stands in a file's place is not followed. Windows has no such flag. */
export const NO_LINK = constants.O_NOFOLLOW;

/** The same, and a pipe in its place is not waited for. */
export const AS_IT_IS = constants.O_NOFOLLOW | constants.O_NONBLOCK;
