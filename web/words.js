// @ts-check
/** What was done, in words for eyes and ears. */

/** A name that fits into a sentence. */
export function shorten(name) {
  const letters = [...name];
  return letters.length > 60 ? `${letters.slice(0, 59).join('')}…` : name;
}

/**
 * Accounts of an operation: for the live region, for a toast (empty if it needs none), and for its refusal.
 * @param {Operation} operation @param {Found | null} was before it @param {Found | null} is after it
 */
export function accountOf(operation, was, is) {
  const { kind, name, isRevert } = operation;
  const title = `'${shorten((was ?? is)?.card.task.name ?? name ?? '')}'`;
  if (kind === 'remove') return account(isRevert, `${title} deleted`, `Deleted ${title}`, 'Not deleted.');
  if (kind === 'add') return account(isRevert, `${title} ${isRevert ? 'is back in' : 'added to'} ${placeOf(is)}`, '', `${title} was not added.`);
  if (name !== undefined) return account(isRevert, `${title} renamed to '${name}'`, '', 'Not renamed.');
  const short = was?.column.id === is?.column.id ? '' : `Moved ${title} to ${is?.column.id}`;
  return account(isRevert, `${title} moved from ${placeOf(was)}, to ${placeOf(is)}`, short, `${title} went back.`);
}

function account(isRevert, long, short, refused) {
  return { long, short, refused: isRevert ? `Not ${isRevert === 'undo' ? 'undone' : 'redone'}.` : refused };
}

/** @param {Found | null} found */
function placeOf(found) {
  return found ? `${found.column.id}, ${found.at + 1} of ${found.column.cards.length}` : '';
}
