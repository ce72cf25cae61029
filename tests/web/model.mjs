/** What random histories are played against: the server's rules in small, and another person. */

import { Refusal } from '../../web/api.js';
import { readTask } from '../../web/tasks.js';

const [MIDDLE, GAP] = [2 ** 50, 2 ** 32];

const [FACTOR, PRIME] = [48271, 2 ** 31 - 1];

/** Chance that is the same for the same seed: Park and Miller's, whose first numbers are too alike to be used. */
export function chance(seed) {
  const next = () => (seed = (seed * FACTOR) % PRIME) / PRIME;
  for (let n = 0; n < 10; n++) next();
  const below = (end) => Math.floor(next() * end);
  return {
    below,
    happens: (share) => next() < share,
    pick: (list) => list[below(list.length)],
    draw: (list) => list.splice(below(list.length), 1)[0],
  };
}

/** The text that all names and copies of one task begin with. */
export const rootOf = (name) => name.split('.')[0];

/** The board as the server has it. `events` are those that Sync has yet to tell. */
export class Server {
  constructor(columns) {
    this.columns = columns;
    this.tasks = new Map();
    this.buried = new Map();
    /** The answers to adds, by key. */
    this.made = new Map();
    this.events = [];
    /** Who holds a task: the id of a lease. */
    this.leases = new Map();
    [this.count, this.writes] = [0, 0];
    /** The task that the page asked for last. */
    this.asked = '';
    /** The ids of the operations that were done, and of those done again. */
    [this.did, this.didTwice] = [new Set(), []];
    /** Writes of the page over what another person wrote and the page had not seen. */
    this.overwritten = [];
    /** The ids of tasks that another person ever wrote. */
    this.touched = new Set();
  }

  /** Does an operation of the page. Throws Refusal. */
  do(operation, revision, lease) {
    const { kind, id } = operation;
    if (kind === 'add') return this.made.get(id) ?? this.#add(operation);
    const task = this.#task(operation.task);
    if (kind === 'change' && task.op === id) return answer(task);
    this.#checkLease(task.id, lease);
    if (revision !== undefined && revision !== task.revision) throw new Refusal(412, { task: answer(task) });
    return kind === 'remove' ? this.#remove(task, operation) : this.#change(task, operation);
  }

  takeLease(id, lease) {
    this.#checkLease(this.#task(id).id, lease);
    this.leases.set(id, lease);
    return {};
  }

  giveUpLease(id, lease) {
    if (this.leases.get(id) === lease) this.leases.delete(id);
    return null;
  }

  add(data) {
    return this.write({ ...data, id: String(this.count++), writers: {} });
  }

  /** Writes a task, and tells it. */
  write(task, changes) {
    const written = { ...task, ...changes, revision: `r${++this.writes}` };
    this.tasks.set(task.id, written);
    this.events.push({ id: task.id, task: asShown(written) });
    return answer(written);
  }

  remove({ id }) {
    this.buried.set(id, this.tasks.get(id));
    this.tasks.delete(id);
    this.leases.delete(id);
    this.events.push({ id, task: null });
  }

  /** The tasks of a column in board order. */
  inOrder(list) {
    return [...this.tasks.values()].filter((task) => task.list === list).sort((a, b) => a.at - b.at);
  }

  /** All tasks as they are now. */
  shown() {
    return this.columns.flatMap((list) => this.inOrder(list).map(asShown));
  }

  #task(id) {
    this.asked = id;
    const task = this.tasks.get(id);
    if (!task) throw new Refusal(404, {});
    return task;
  }

  #checkLease(id, lease) {
    if ((this.leases.get(id) ?? lease) !== lease) throw new Refusal(423, { lease: { by: 'bob', activity: 'dragging' } });
  }

  #add(operation) {
    const { id: key, list, name, restore } = operation;
    this.made.set(key, this.add({ ...this.buried.get(restore), name, list, at: this.#place(operation), key, op: key }));
    this.did.add(key);
    return this.made.get(key);
  }

  #change(task, operation) {
    const { id: op, name, list } = operation;
    const renamed = name !== undefined && { name, writers: { ...task.writers, name: 'page' } };
    const moved = list && { list, at: this.#place(operation), writers: { ...task.writers, place: 'page' } };
    this.#watch(task, operation);
    return this.write(task, { op, ...renamed, ...moved });
  }

  #remove(task, operation) {
    this.#watch(task, operation);
    this.remove(task);
    return null;
  }

  /** Nothing is done twice; an undo or redo goes over nothing of another's, a rename only over the name that it was made on. */
  #watch({ id, name, writers }, { id: op, kind, isRevert, name: newName, seen, list }) {
    if (this.did.has(op)) this.didTwice.push(op);
    this.did.add(op);
    const [isNamed, isPlaced] = [kind === 'remove' || newName !== undefined, kind === 'remove' || list];
    const isUnseen = (isRevert || seen !== undefined) && isNamed && writers.name === 'other' && name !== seen;
    if (isUnseen) this.overwritten.push(`${name} of ${id}`);
    if (isRevert && isPlaced && writers.place === 'other') this.overwritten.push(`the place of ${id}`);
  }

  /** After a neighbour, else before one, else at an end. */
  #place({ task, list, after, before, at }) {
    const places = this.inOrder(list).filter(({ id }) => id !== task);
    const [previous, next] = [after, before].map((neighbour) => index(places, neighbour));
    if (previous >= 0) return between(places[previous], places[previous + 1]);
    if (next >= 0) return between(places[next - 1], places[next]);
    return at === 'top' ? between(undefined, places[0]) : between(places.at(-1), undefined);
  }
}

/** Where a neighbour stands, -1 if none is named. Throws the Refusal of one that is not there. */
function index(places, neighbour) {
  if (!/^\d+$/.test(neighbour)) return -1;
  const found = places.findIndex(({ id }) => id === neighbour);
  if (found < 0) throw new Refusal(409, { neighbour: Number(neighbour) });
  return found;
}

function between(previous, next) {
  if (previous && next) return (previous.at + next.at) / 2;
  return previous ? previous.at + GAP : next ? next.at - GAP : MIDDLE;
}

/** A task as answers give it, without the marks of its making and its last change. */
function answer(task) {
  return asShown({ ...task, key: '', op: '' });
}

/** A task as Sync gives it. */
function asShown({ id, revision, at, ...data }) {
  const position = `V${at.toString(36).toUpperCase().padStart(11, '0')}1`;
  return readTask({ index: id, revision, data: { ...data, position } }, [data.list]);
}

/** Another person: writes what they like, and holds tasks for a while; often what the page is at. */
export class Other {
  constructor(server, { pick, below, happens }) {
    Object.assign(this, { server, pick, below, happens, names: 0 });
  }

  /** @returns {string} what they did */
  act() {
    const { tasks, asked } = this.server;
    const task = (this.happens(0.5) && tasks.get(asked)) || this.pick([...tasks.values()]);
    const deed = task ? this.pick(['rename', 'move', 'remove', 'hold', 'hold', 'letGo', 'add']) : 'add';
    this[deed](task);
    return `${deed} ${task?.id}`;
  }

  add() {
    this.server.add({ name: `theirs${++this.names}`, ...this.#anyPlace(), key: '', op: 'other' });
  }

  rename(task) {
    this.#write(task, 'name', { name: `${rootOf(task.name)}.other${++this.names}` });
  }

  move(task) {
    this.#write(task, 'place', this.#anyPlace());
  }

  /** So coarse that what is put between stays a whole number for long. */
  #anyPlace() {
    return { list: this.pick(this.server.columns), at: MIDDLE + this.below(2 ** 25) * 2 ** 10 };
  }

  #write(task, what, changes) {
    this.server.touched.add(task.id);
    this.server.write(task, { ...changes, op: 'other', writers: { ...task.writers, [what]: 'other' } });
  }

  remove(task) {
    this.server.remove(task);
  }

  hold({ id }) {
    if (!this.server.leases.has(id)) this.server.leases.set(id, 'other');
  }

  letGo() {
    this.server.leases.forEach((lease, id) => this.server.giveUpLease(id, 'other'));
  }
}
