import type { Foresight } from '../../model/foresight.js';
import { plural } from '../words.js';

/** Where no limit is known. */
export const AT_PUBLISHED_PACE =
  'at the 200 calls in 5 minutes that Microsoft publishes; Graph’s real limit is not known yet';

/** What can be made of the rows that wait, in one line; '' where no code waits. */
export function foresightText(foresight: Foresight): string {
  const { codes, canMakeIt, timeless } = foresight;
  if (codes === 0) return '';
  const seeds = timeless === 0 ? '' : ` ${plural(timeless, 'row')} made from seeds can wait.`;
  const flagged = codes - canMakeIt;
  if (flagged === 0) return `${plural(codes, 'code')}, all can still make it.${seeds}`;
  return `${plural(codes, 'code')}, ${canMakeIt} can still make it ${paceText(foresight)}; ${flagged} would be flagged.${seeds}`;
}

function paceText({ ceilingHolds, paceIsKnown }: Foresight): string {
  if (ceilingHolds) return 'at our own ceiling on calls';
  if (paceIsKnown) return 'at the pace Graph allows';
  return AT_PUBLISHED_PACE;
}
