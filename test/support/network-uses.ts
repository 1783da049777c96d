import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';
import { ownFolder } from './own-folder.js';

type Act = (this: unknown, ...given: unknown[]) => unknown;

const uses = new Map<string, string[]>();

/** Uses of the network by what the program did in a folder, in this very process; each is noted before it is made. */
export const networkUses = (folder: string): readonly string[] => uses.get(folder) ?? [];

function note(api: object, name: string): void {
  const acts = api as Record<string, Act>;
  const use = acts[name]!;
  acts[name] = function (...given) {
    const folder = ownFolder();
    uses.set(folder, [...networkUses(folder), name]);
    return use.apply(this, given);
  };
}

note(Socket.prototype, 'connect');
note(dns, 'lookup');
syncBuiltinESMExports();
