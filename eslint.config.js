import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'dist',
      '.bench',
      'reports',
      '*.config.js',
      '.dependency-cruiser.cjs',
      '.stryker.config.mjs',
      '.stryker',
    ],
  },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Node's process belongs to the edge; what a stage needs of it is handed in.
      'no-restricted-globals': [
        'error',
        {
          name: 'process',
          message: 'Only src/main.ts touches process; src/api/this-process.ts reads who we are.',
        },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          message: 'Ask the Clock, so that time can be virtual.',
        },
      ],
      eqeqeq: 'error',
    },
  },
  {
    files: [
      'src/main.ts',
      'src/api/this-process.ts',
      'src/model/clock.ts',
      'src/emulator/**',
      'test/**',
      'docs/**',
    ],
    rules: { 'no-restricted-globals': 'off', 'no-restricted-syntax': 'off' },
  },
  {
    files: ['test/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/require-await': 'off' },
  },
);
