// @ts-check
/** Undo and redo of what this person did here. */

import { uuid4 } from './machine.js';
import { DELETED } from './state.js';
import { find } from './view.js';

/** How many neighbours on each side a step remembers, to find its old place by. */
const NEAR = 20;

/** Two stacks of steps. Each step knows its task before and after, and the fields that it changed. */
export class History {
  constructor(state, act, refuse) {
    this.state = state;
    this.act = act;
    this.refuse = refuse;
    /** @type {Record<'undo' | 'redo', Entry[]>} */
    this.stacks = { undo: [], redo: [] };
    /** @type {Map<string, Partial<Task>>} the fields of tasks as this person left them */
    this.mine = new Map();
  }

  /** What a task is like now. @returns {Moment} */
  moment(id) {
    const found = find(this.state.view(), id);
    if (!found) return null;
    const { column: { id: list, cards }, at, card } = found;
    const ids = (from, to) => cards.slice(Math.max(0, from), to).map(({ task }) => task.id);
    return { name: card.task.name, list, after: ids(at - NEAR, at).reverse(), before: ids(at + 1, at + 1 + NEAR) };
  }

  /** Remembers a step, unless it is itself an undo or redo. @param {Operation} operation @param {Moment} from */
  record(operation, from) {
    if (operation.isRevert) return;
    operation.entry = { task: operation.task, from, to: this.moment(operation.task), fields: fieldsOf(operation) };
    this.stacks.undo.push(operation.entry);
    this.stacks.redo = [];
  }

  revert(which) {
    const entry = this.stacks[which].pop();
    if (!entry) return;
    const [target, current] = which === 'undo' ? [entry.from, entry.to] : [entry.to, entry.from];
    const isHere = this.moment(entry.task) !== null;
    if (isHere !== (current !== null)) return this.refuse(`Not ${which === 'undo' ? 'undone' : 'redone'}. ${DELETED}`);
    this.stacks[which === 'undo' ? 'redo' : 'undo'].push(entry);
    this.act({ ...this.#wanted(entry, target, current), entry, isRevert: which });
  }

  #wanted(entry, target, current) {
    const { task, fields } = entry;
    const guard = (id) => this.#mine(id, fields);
    if (!target) return { kind: 'remove', task: entry.task, guard };
    const [name, place] = [target.name, this.#place(target)];
    if (!current) {
      const added = `new-${uuid4()}`;
      this.rename(task, added);
      return { kind: 'add', task: added, restore: task, name, ...place };
    }
    return { kind: 'change', task, guard, ...(fields[0] === 'name' ? { name } : place) };
  }

  #mine(task, fields) {
    return Object.fromEntries(fields.map((field) => [field, this.mine.get(task)?.[field] ?? '']));
  }

  /** After its old neighbour, else before the next, else by those beyond them, else at the bottom. */
  #place({ list, after, before }) {
    const view = this.state.view();
    const isThere = (id) => find(view, id)?.column.id === list;
    for (let n = 0; n < NEAR; n++) {
      if (isThere(after[n])) return { list, after: after[n] };
      if (isThere(before[n])) return { list, before: before[n] };
    }
    return { list, at: 'bottom' };
  }

  /** Learns how an operation went. @param {Outcome} report */
  heard(report) {
    if (report.kind === 'named') return this.rename(report.from, report.to);
    const { entry, isRevert, kind, task, restore } = report.operation;
    if (!entry) return;
    if (report.kind === 'done') return this.#left(report, entry);
    const isLost = (one) => one === entry || !(one.isDone || this.state.operations.some((other) => other.entry === one));
    for (const which of ['undo', 'redo']) this.stacks[which] = this.stacks[which].filter((one) => !isLost(one));
    if (!isRevert || report.current) return;
    this.stacks[isRevert].push(entry);
    if (kind === 'add') this.rename(task, restore);
  }

  /** A step was done; what shows a later one of another by now was not left so. */
  #left({ operation, task }, entry) {
    entry.isDone = true;
    if (!task || (task.op && !operation.marks.includes(task.op))) return;
    const given = Object.fromEntries(entry.fields.map((field) => [field, task[field]]));
    this.mine.set(task.id, { ...this.mine.get(task.id), ...given });
  }

  /** A task came back, or got its id: the steps follow it. */
  rename(from, to) {
    const underWay = this.state.operations.flatMap(({ entry = [] }) => entry);
    for (const entry of new Set([...this.stacks.undo, ...this.stacks.redo, ...underWay])) {
      if (entry.task === from) entry.task = to;
      for (const moment of [entry.from, entry.to]) {
        for (const side of [moment?.after ?? [], moment?.before ?? []]) if (side.includes(from)) side[side.indexOf(from)] = to;
      }
    }
  }
}

function fieldsOf(operation) {
  const { kind, name } = operation;
  if (kind !== 'change') return ['name', 'list', 'position'];
  return name === undefined ? ['list', 'position'] : ['name'];
}
