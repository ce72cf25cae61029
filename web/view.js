// @ts-check
/** view = apply(pending operations, what Sync says). */

/** @type {WeakMap<Task, Card>} plain cards, so that an unchanged task is an unchanged card */
const plain = new WeakMap();

/**
 * The columns as the person should see them now.
 * @param {Operation[]} operations in the order they were made
 * @param {Map<string, Task[]>} columns what Sync says, in board order
 * @param {(id: string) => Lease | null} leaseOf
 * @returns {Column[]}
 */
export function apply(operations, columns, leaseOf) {
  const view = [...columns].map(([id, tasks]) => ({
    id,
    cards: tasks.map((task) => card(task, leaseOf(task.id))),
  }));
  for (const operation of operations) applyOne(view, operation);
  return view;
}

/** Where a task stands in a view, or null. @param {Column[]} view @param {string} id */
export function find(view, id) {
  for (const column of view) {
    const at = column.cards.findIndex((shown) => shown.task.id === id);
    if (at >= 0) return { column, at, card: column.cards[at] };
  }
  return null;
}

function card(task, lease) {
  if (lease) return { task, pending: '', lease };
  let shown = plain.get(task);
  if (!shown) plain.set(task, (shown = { task, pending: '', lease: null }));
  return shown;
}

function applyOne(view, operation) {
  const found = find(view, operation.task);
  if (operation.kind === 'add') return found ? undefined : put(view, newCard(view, operation), operation);
  if (!found) return;
  const { column, at } = found;
  const shown = withChange(found.card, operation);
  if (operation.kind === 'remove' || moves(operation)) column.cards.splice(at, 1);
  else column.cards[at] = shown;
  if (operation.kind === 'change' && moves(operation)) put(view, shown, operation);
}

function moves({ list, after, before, at }) {
  return list !== undefined || after !== undefined || before !== undefined || at !== undefined;
}

function withChange({ task, lease, pending }, { name, list, phase }) {
  return {
    task: { ...task, name: name ?? task.name, list: list ?? task.list, mark: list ? '' : task.mark },
    pending: phase === 'held' ? pending : mark(phase),
    lease,
    isCarried: phase === 'held',
  };
}

function newCard(view, { task, name = '', list = view[0].id, phase }) {
  const blank = { position: '', by: '', key: '', op: '', revision: '', mark: '' };
  return { task: { id: task, name, list, ...blank }, pending: mark(phase), lease: null };
}

function mark(phase) {
  return phase === 'unknown' ? 'unknown' : 'pending';
}

/** Puts a card by its neighbours, else at an end. */
function put(view, shown, { after, before, at }) {
  const { cards } = view.find((column) => column.id === shown.task.list) ?? view[0];
  const index = (id) =>
    id === undefined || id === null ? -1 : cards.findIndex((other) => other.task.id === id);
  const [previous, next] = [index(after), index(before)];
  const end = at === 'top' ? 0 : cards.length;
  cards.splice(previous >= 0 ? previous + 1 : next >= 0 ? next : end, 0, shown);
}
