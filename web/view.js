// @ts-check
/** What Sync says, in board order; view = apply(pending operations, that); and what a filter leaves of it. */

import { compare } from './tasks.js';

/** The tasks of the List. They are put in order when they are looked at after a change: 2,000 in half a millisecond. */
export class Synced {
  constructor(columns) {
    this.names = columns;
    /** @type {Map<string, Task>} */
    this.tasks = new Map();
    /** @type {Map<string, Task[]> | null} shown tasks in board order, until one changes */
    this.shown = null;
    /** @type {Set<string> | null} ids seen or removed since the snapshot under way began */
    this.touched = null;
  }

  /** The shown tasks of each column in board order. */
  get columns() {
    return (this.shown ??= this.#sorted());
  }

  /** Of tasks that share a key, the one with the lowest index is shown. */
  #sorted() {
    const tasks = [...this.tasks.values()].sort(compare);
    this.tasks = new Map(tasks.map((task) => [task.id, task])); // almost in order the next time, which is fast
    const lowest = new Map();
    for (const { key, id } of tasks) lowest.set(key, Math.min(Number(id), lowest.get(key) ?? Infinity));
    const columns = new Map(this.names.map((name) => [name, []]));
    for (const task of tasks) if (!task.key || lowest.get(task.key) === Number(task.id)) columns.get(task.list).push(task);
    return columns;
  }

  /** Takes a task as Sync has it now. @param {Task} task */
  put(task) {
    this.touched?.add(task.id);
    this.#set(task);
  }

  /** Takes a task as the server has it, unless Sync said something of it; it goes with the snapshot if that lacks it. */
  putEarly(task) {
    if (!this.tasks.has(task.id) && !this.touched?.has(task.id)) this.#set(task);
  }

  /** Takes a task that a page of a snapshot holds; what an event said since wins. @param {Task} task */
  putRead(task) {
    if (!this.touched?.has(task.id)) this.put(task);
  }

  #set(task) {
    this.tasks.set(task.id, task);
    this.shown = null;
  }

  /** Idempotent: the SDK may say it twice. */
  remove(id) {
    this.touched?.add(id);
    this.tasks.delete(id);
    this.shown = null;
  }

  /** Everything that is not seen until the end of the snapshot is gone. */
  beginSnapshot() {
    this.touched = new Set();
  }

  /** Ends the snapshot. Returns the ids that Sync no longer has. */
  endSnapshot() {
    const gone = [...this.tasks.keys()].filter((id) => !this.touched.has(id));
    gone.forEach((id) => this.remove(id));
    this.touched = null;
    return gone;
  }
}

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

/** Where a card stands, in words. @param {Found | null} found */
export function whereIs(found) {
  return found ? `${found.column.id}, ${found.at + 1} of ${found.column.cards.length}` : '';
}

/** @type {WeakMap<Task, string>} names as the filter reads them */
const folded = new WeakMap();

/** The cards whose names have all the words that are typed. @param {Column[]} view @param {string} typed @returns {Column[]} */
export function filtered(view, typed) {
  const words = fold(typed).split(/\s+/).filter(Boolean);
  if (!words.length) return view;
  const isHit = ({ task }) => {
    if (!folded.has(task)) folded.set(task, fold(task.name));
    return words.every((word) => folded.get(task).includes(word));
  };
  return view.map(({ id, cards }) => ({ id, cards: cards.filter(isHit) }));
}

/** What may be left out when one types: accents, Hebrew and Arabic points, an emoji's style. All other marks are letters to their readers. */
const LEFT_OUT = /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670\ufe00-\ufe0f]/g;

/** Without case and accents; a Korean syllable in its parts, as it is typed, but a voiced kana as one; a Greek sigma is one letter. */
function fold(text) {
  return text.normalize('NFD').replace(LEFT_OUT, '').replace(/.[\u3099\u309a]/g, (kana) => kana.normalize('NFC')).toLowerCase().replace(/ς/g, 'σ');
}

/** Whether a task stands at a place. @param {Column[]} view @param {string} id @param {Place} place */
export function stands(view, id, { list, after, before, at: end }) {
  const { column, at } = find(view, id) ?? {};
  if (column?.id !== list) return false;
  const [previous, next] = [column.cards[at - 1]?.task.id, column.cards[at + 1]?.task.id];
  return end ? !(end === 'top' ? previous : next) : previous === after && next === before;
}

/**
 * Where a task would stand so many columns to the right and cards down; null if there is no such place.
 * @param {Column[]} view @param {string} id @param {number[]} way @returns {Place | null}
 */
export function step(view, id, [across, down]) {
  const found = find(view, id);
  const column = found && view[view.indexOf(found.column) + across];
  if (!column) return null;
  const cards = column.cards.filter(({ task }) => task.id !== id);
  const at = Math.min(found.at + down, cards.length);
  return at < 0 ? null : { list: column.id, after: cards[at - 1]?.task.id, before: cards[at]?.task.id };
}

function card(task, lease) {
  if (lease) return { task, pending: '', lease };
  let shown = plain.get(task);
  if (!shown) plain.set(task, (shown = { task, pending: '', lease: null }));
  return shown;
}

function applyOne(view, operation) {
  const { kind, task: id, list } = operation;
  const found = find(view, id);
  if (kind === 'add' ? found : !found) return;
  const shown = withChange(found?.card ?? { task: { id, list: view[0].id } }, operation);
  if (kind === 'change' && !list) found.column.cards[found.at] = shown;
  else found?.column.cards.splice(found.at, 1);
  if (kind === 'add' || list) put(view, shown, operation);
}

/** Where an operation puts its task, as the server reads it; empty if it leaves it where it is. @param {Place} operation */
export function placeOf({ list, after, before, at }) {
  if (after) return `after ${after}`;
  if (before) return `before ${before}`;
  return list ? `${at ?? 'bottom'} of ${list}` : '';
}

function withChange({ task, lease = null, pending = '' }, operation) {
  const { name, list, phase } = operation;
  return {
    task: { ...task, name: name ?? task.name, list: list ?? task.list, mark: list ? '' : task.mark },
    pending: phase === 'held' || pending === 'unknown' ? pending : isUnsent(operation) ? 'unknown' : 'pending',
    lease,
    isCarried: phase === 'held',
  };
}

/** Whether the server did not answer, or is asked again since. @param {Operation} operation */
export function isUnsent({ phase, tries }) {
  return phase === 'unknown' || (phase === 'sent' && tries > 1);
}

/** Whether someone else changed a field that an operation guards. @param {Operation} operation @param {Task} task */
export function differs(operation, task) {
  return Object.entries(operation.guard?.(operation.task) ?? {}).some(([field, value]) => task[field] !== value);
}

/** Whether a task as Sync has it shows what an operation did. @param {Task} task @param {Operation} operation */
export function shows(task, operation) {
  const { kind, task: id, marks, phase, answer } = operation;
  if (kind === 'add') return marks.includes(task.key) || (phase === 'answered' && id === task.id);
  return id === task.id && (marks.includes(task.op) || (phase === 'answered' && answer?.revision === task.revision));
}

/** Puts a card by its neighbours, else at an end. */
function put(view, shown, { after, before, at }) {
  const { cards } = view.find((column) => column.id === shown.task.list);
  const index = (id) => cards.findIndex((other) => other.task.id === id);
  const [previous, next] = [index(after), index(before)];
  const end = at === 'top' ? 0 : cards.length;
  cards.splice(previous >= 0 ? previous + 1 : next >= 0 ? next : end, 0, shown);
}
