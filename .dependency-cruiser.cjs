const stages = ['intake', 'dispatch', 'graph', 'journal', 'results'];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'Data goes one way, left to right; a cycle means that two files are one idea.',
      from: {},
      to: { circular: true },
    },
    ...stages.map((stage) => ({
      name: `${stage}-meets-others-in-model`,
      severity: 'error',
      comment:
        'Stages never import each other: they share the nouns of model/ and only run/ puts them together.',
      from: { path: `^src/${stage}/` },
      to: { path: '^src/', pathNot: [`^src/${stage}/`, '^src/model/'] },
    })),
    {
      name: 'model-stands-alone',
      severity: 'error',
      comment: 'The nouns know nothing of what is done with them.',
      from: { path: '^src/model/' },
      to: { path: '^src/', pathNot: '^src/model/' },
    },
    {
      name: 'emulator-shares-no-code',
      severity: 'error',
      comment:
        'An emulator that shared a limiter or a TOTP with the program would hide the program’s own fault.',
      from: { path: '^src/emulator/' },
      to: { path: '^src/', pathNot: '^src/emulator/' },
    },
    {
      name: 'run-knows-no-command-line',
      severity: 'error',
      comment: 'A use case is called by a command, by a test or by somebody’s own program alike.',
      from: { path: '^src/run/' },
      to: { path: '^src/(api/|cli/|main)' },
    },
    {
      name: 'command-line-uses-the-api',
      severity: 'error',
      comment:
        'The command line is the first user of the public API: what a program cannot have, it has not either. Only small tools ' +
        'that are no part of a run are taken from a stage.',
      from: { path: '^src/(cli/|main)' },
      to: {
        path: '^src/(intake|dispatch|graph|journal|results)/|^src/run/(dry-run|enroll|resume|session/session|session/new-run)\\.ts$',
        pathNot: '^src/(intake/typed-field|graph/(allowed-host|one-line|transport)|results/whole-file)\\.ts$',
      },
    },
    {
      name: 'api-knows-no-command-line',
      severity: 'error',
      comment: 'Whoever builds on the API has no terminal, and no process to end.',
      from: { path: '^src/api/' },
      to: { path: '^src/(cli/|main)' },
    },
    {
      name: 'nothing-imports-main',
      severity: 'error',
      comment: 'main.ts is the edge of the process.',
      from: {},
      to: { path: '^src/main' },
    },
    {
      name: 'identity-loads-late',
      severity: 'error',
      comment:
        '@azure/identity costs 290 ms of start-up, undici 130 ms: import them dynamically, where they are really needed.',
      from: { path: '^src/' },
      to: { path: '(@azure/identity|/undici/)', dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-dev-dependency-in-src',
      severity: 'error',
      comment: 'What a user installs must hold all that the program needs.',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'src-knows-no-test',
      severity: 'error',
      comment: 'Tests stand on the program, never the other way round.',
      from: { path: '^src/' },
      to: { path: '^test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.bench)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
