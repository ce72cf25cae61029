// @ts-check
/** What the page asks, and its help. */

import { ask, byId, element } from './dialog.js';
import { shorten } from './words.js';

/**
 * Asks where a card shall go or what shall be done to it: everything a drag can do, by taps alone.
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

/** Two people changed one name: gives 'mine', 'theirs', or null for neither yet. */
export function askName(mine, theirs) {
  const texts = [`Yours: ${mine}`, `Theirs: ${theirs}`].map((text) => element('blockquote', text));
  const words = 'Someone else changed this name while you did.';
  return ask('Which name?', [words, ...texts], [['mine', 'Keep mine'], ['theirs', 'Take theirs']]);
}

/** Asks until something is typed. @returns {Promise<string>} */
export async function askPasscode(isWrong) {
  const hint = isWrong ? 'That was not it. Ask whoever shared this board.' : 'This board is shared with a passcode.';
  return (await ask('Passcode', [hint], [['open', 'Open the board']], true)) ?? askPasscode(isWrong);
}

export function showHelp(identity) {
  const keys = byId('help-text').content.cloneNode(true);
  ask('Keys', [keys, `You are ${identity}.`], [['', 'Close']]);
}
