/** What the list shows. The address has it, so that it can be bookmarked and Back works. */

import type {Priority, Task, TaskFields, TaskQuery} from './api.js';
import {day} from './dates.js';

export const VIEWS = {open: 'Open', today: 'Today', overdue: 'Overdue', upcoming: 'Upcoming', done: 'Done', all: 'All'} as const;

export const PRIORITIES: Record<Priority, string> = {high: 'High', medium: 'Medium', low: 'Low'};

export const SORTS = {
  '-created_at': 'Newest first',
  created_at: 'Oldest first',
  due_date: 'Due day',
  priority: 'Priority',
  title: 'Title',
  '-updated_at': 'Last changed',
} as const satisfies Partial<Record<NonNullable<TaskQuery['sort']>, string>>;

export type ViewName = keyof typeof VIEWS;
export type Sort = keyof typeof SORTS;

export interface View {
  name: ViewName;
  q: string;
  priority: Priority | '';
  tags: string[];
  /** Unset: the view's own. */
  sort: Sort | '';
}

const DEFAULT_SORTS: Record<ViewName, Sort> = {
  open: '-created_at',
  today: 'priority',
  overdue: 'due_date',
  upcoming: 'due_date',
  done: '-updated_at',
  all: '-created_at',
};

export const sortOf = (view: View): Sort => view.sort || DEFAULT_SORTS[view.name];

export const isFiltered = (view: View): boolean => !!(view.q || view.priority || view.tags.length);

function known<K extends string>(of: Record<K, string>, value: string | null): K | '' {
  return value !== null && Object.hasOwn(of, value) ? (value as K) : '';
}

export function parse(search: string): View {
  const parameters = new URLSearchParams(search);
  return {
    name: known(VIEWS, parameters.get('view')) || 'open',
    q: parameters.get('q') ?? '',
    priority: known(PRIORITIES, parameters.get('priority')),
    tags: parameters.getAll('tag'),
    sort: known(SORTS, parameters.get('sort')),
  };
}

export function format({name, q, priority, tags, sort}: View): string {
  const parameters = new URLSearchParams();
  if (name !== 'open') {
    parameters.set('view', name);
  }
  if (q) {
    parameters.set('q', q);
  }
  if (priority) {
    parameters.set('priority', priority);
  }
  tags.forEach((tag) => parameters.append('tag', tag));
  if (sort) {
    parameters.set('sort', sort);
  }
  const text = parameters.toString();
  return text ? `/?${text}` : '/';
}

/** Days, not moments: it is by days that tasks are due here. */
export function query(view: View): TaskQuery {
  const {name, q, priority, tags} = view;
  return {
    completed: name === 'all' ? undefined : name === 'done',
    due_from: name === 'today' ? day(0) : name === 'upcoming' ? day(1) : undefined,
    due_to: name === 'today' ? day(0) : name === 'overdue' ? day(-1) : undefined,
    q: q.trim() || undefined,
    priority: priority ? [priority] : undefined,
    tag: tags,
    sort: sortOf(view),
  };
}

/** A new task as it would be found in the view, as far as it can. */
export function fieldsFor(view: View, title: string): TaskFields {
  const dueDays: Partial<Record<ViewName, string>> = {today: day(0), upcoming: day(1)};
  return {title, priority: view.priority || 'medium', tags: view.tags, due_date: dueDays[view.name] ?? null};
}

/** A task as it is shown until the service has answered. */
export function draft(fields: TaskFields, id: string): Task {
  const now = new Date().toISOString() as Task['created_at'];
  return {
    description: null,
    completed: false,
    priority: 'medium',
    tags: [],
    due_date: null,
    ...fields,
    id: id as Task['id'],
    completed_at: null,
    created_at: now,
    updated_at: now,
  };
}
