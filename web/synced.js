// @ts-check
/** What Sync says: tasks by id, kept in board order as events and pages come in. */

import { compare } from './tasks.js';

/** The tasks of the List. A change costs a binary search, so 2,000 tasks are never sorted again. */
export class Synced {
  constructor(columns) {
    /** @type {Map<string, Task>} */
    this.tasks = new Map();
    /** @type {Map<string, Task[]>} shown tasks in board order */
    this.columns = new Map(columns.map((column) => [column, []]));
    /** @type {Map<string, string[]>} ids that share a key, lowest first */
    this.keys = new Map();
    /** @type {Set<string> | null} ids seen or removed since the snapshot under way began */
    this.touched = null;
  }

  /** Takes a task as Sync has it now. @param {Task} task */
  put(task) {
    this.touched?.add(task.id);
    this.#forget(task.id);
    this.tasks.set(task.id, task);
    this.#show(task);
  }

  /** Takes a task that a page of a snapshot holds; what an event said since wins. @param {Task} task */
  putRead(task) {
    if (!this.touched?.has(task.id)) this.put(task);
  }

  /** Idempotent: the SDK may say it twice. */
  remove(id) {
    this.touched?.add(id);
    this.#forget(id);
  }

  /** Everything that is not seen until the end of the snapshot is gone. */
  beginSnapshot() {
    this.touched = new Set();
  }

  /** Ends the snapshot. Returns the ids that Sync no longer has. */
  endSnapshot() {
    const touched = this.touched ?? new Set();
    const gone = [...this.tasks.keys()].filter((id) => !touched.has(id));
    gone.forEach((id) => this.#forget(id));
    this.touched = null;
    return gone;
  }

  #forget(id) {
    const task = this.tasks.get(id);
    if (!task) return;
    this.tasks.delete(id);
    this.#hide(task);
    const twins = this.keys.get(task.key)?.filter((twin) => twin !== id) ?? [];
    if (twins.length) this.keys.set(task.key, twins);
    else this.keys.delete(task.key);
    const next = this.tasks.get(twins[0]);
    if (next) this.#insert(next);
  }

  /** Shows a task unless a lower index has its key. */
  #show(task) {
    if (!task.key) return this.#insert(task);
    const twins = [...(this.keys.get(task.key) ?? []), task.id].sort((a, b) => Number(a) - Number(b));
    this.keys.set(task.key, twins);
    if (twins[0] !== task.id) return;
    const twin = this.tasks.get(twins[1]);
    if (twin) this.#hide(twin);
    this.#insert(task);
  }

  #insert(task) {
    const column = this.#column(task);
    const at = place(column, task);
    if (column[at] !== task) column.splice(at, 0, task);
  }

  #hide(task) {
    const column = this.#column(task);
    const at = place(column, task);
    if (column[at] === task) column.splice(at, 1);
  }

  #column(task) {
    return this.columns.get(task.list) ?? [];
  }
}

/** Where a task stands or would stand. */
function place(column, task) {
  let [low, high] = [0, column.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(column[middle], task) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
