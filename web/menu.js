// @ts-check
/** The menu of a card: everything a drag can do, by taps alone. */

import { ask } from './dialog.js';
import { shorten } from './words.js';

/**
 * Asks where a card shall go or what shall be done to it.
 * @param {Found} found @param {string[]} columns
 * @returns {Promise<{verb: string, place?: Place} | null>} a verb other than move has no place
 */
export async function askMenu({ column: { cards }, at, card }, columns) {
  const ends = columns.flatMap((list) => ['top', 'bottom'].map((end) => [`${end} ${list}`, `To the ${end} of ${list}`]));
  const steps = [['up', 'Up', at === 0], ['down', 'Down', at === cards.length - 1]];
  /** @type {any[]} */
  const options = [...ends, ...steps, ['edit', 'Edit'], ['delete', 'Delete'], ['', 'Cancel']];
  const answer = await ask(`Move '${shorten(card.task.name)}'`, [], options);
  if (answer === null) return null;
  const [verb, list = card.task.list] = answer.split(/ (.*)/s);
  const between = (n) => ({ list, after: cards[n]?.task.id, before: cards[n + 1]?.task.id });
  if (verb === 'up') return { verb: 'move', place: between(at - 2) };
  if (verb === 'down') return { verb: 'move', place: between(at + 1) };
  return verb === 'top' || verb === 'bottom' ? { verb: 'move', place: { list, at: verb } } : { verb };
}
