/** The list of tasks, and what is around it. */

import {html, nothing, type TemplateResult} from 'lit';
import {live} from 'lit/directives/live.js';
import {ref} from 'lit/directives/ref.js';
import {repeat} from 'lit/directives/repeat.js';
import * as account from './account.js';
import type {Priority, Task, TaskFields} from './api.js';
import {dayOf, dueText, isDay, isOverdue} from './dates.js';
import {field, general, onSubmit} from './forms.js';
import {changed, state} from './state.js';
import * as tasks from './tasks.js';
import {format, isFiltered, PRIORITIES, SORTS, sortOf, VIEWS, type Sort, type ViewName} from './view.js';

const TYPING_PAUSE_MILLIS = 200;

export function list(): TemplateResult {
  const {view} = state;
  return html`
    <header>
      <div class="brand"><img src="/favicon.svg" alt="" width="28" height="28" /> Todo</div>
      <search><input
        type="search"
        aria-label="Search tasks"
        placeholder="Search"
        maxlength="200"
        .value=${live(view.q)}
        @input=${search}
        @change=${() => (isTyping = false)}
      /></search>
      <button id="account" aria-haspopup="dialog" @click=${() => void account.openAccount()}>Account</button>
    </header>
    <nav aria-label="Views">
      ${Object.entries(VIEWS).map(
        ([name, text]) => html`<a
          href=${format({...view, name: name as ViewName, sort: ''})}
          aria-current=${name === view.name ? 'page' : nothing}
          @click=${(event: MouseEvent) => follow(event, name as ViewName)}
          >${text}</a
        >`,
      )}
    </nav>
    <main>
      <h1>Tasks</h1>
      <form class="new" @submit=${add}>
        <input name="title" aria-label="New task" placeholder="What is there to do?" maxlength="200" autocomplete="off" />
        <button class="primary">Add</button>
      </form>
      <div class="tools">
        ${view.tags.map(
          (tag) => html`<button
            class="chip on"
            aria-label="Remove filter ${tag}"
            @click=${() => tasks.show({tags: view.tags.filter((other) => other !== tag)})}
          >
            ${tag}<span aria-hidden="true"> ×</span>
          </button>`,
        )}
        <div class="choices">
          ${select('Priority', {'': 'Any priority', ...PRIORITIES}, view.priority, (priority) =>
            tasks.show({priority: priority as Priority}),
          )}
          ${select('Sort by', SORTS, sortOf(view), (sort) => tasks.show({sort: sort as Sort}))}
        </div>
      </div>
      ${content()}
    </main>
  `;
}

function select(label: string, choices: Record<string, string>, chosen: string, choose: (value: string) => void) {
  return html`<select
    aria-label=${label}
    .value=${live(chosen)}
    @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}
  >
    ${Object.entries(choices).map(
      ([value, text]) => html`<option value=${value} ?selected=${value === chosen}>${text}</option>`,
    )}
  </select>`;
}

function follow(event: MouseEvent, name: ViewName): void {
  const isForThisTab = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (isForThisTab) {
    event.preventDefault();
    tasks.show({name, sort: ''});
  }
}

let isTyping = false;
let pause: ReturnType<typeof setTimeout> | undefined;

function search(event: Event): void {
  const q = (event.target as HTMLInputElement).value;
  state.view = {...state.view, q};
  clearTimeout(pause);
  pause = setTimeout(() => {
    tasks.show({q}, isTyping);
    isTyping = true;
  }, TYPING_PAUSE_MILLIS);
}

async function add(event: SubmitEvent): Promise<void> {
  event.preventDefault();
  const input = (event.target as HTMLFormElement).elements.namedItem('title') as HTMLInputElement;
  const title = input.value;
  input.focus();
  if (!title.trim()) {
    return;
  }
  input.value = '';
  if (!(await tasks.add(title)) && !input.value) {
    input.value = title;
  }
}

function content(): TemplateResult {
  const {items, loading, failure, nextCursor} = state;
  if (failure) {
    return html`<div class="state">
      <p>${failure}</p>
      <button @click=${() => void tasks.load()}>Try again</button>
    </div>`;
  }
  if (!items.length && loading !== 'list') {
    return empty();
  }
  return html`
    <ul class="tasks" aria-label="Tasks" aria-busy=${loading === 'list'}>
      ${items.length ? repeat(items, (task) => task.id, entry) : skeleton()}
    </ul>
    ${nextCursor
      ? html`<p class="more">
          <button ${ref(loadWhenSeen)} @click=${() => void tasks.loadMore()}>
            ${loading === 'more' ? 'Loading …' : 'Show more'}
          </button>
        </p>`
      : nothing}
  `;
}

const skeleton = () => [70, 45, 60].map((width) => html`<li class="skeleton w${width}"><span>Loading …</span></li>`);

function empty(): TemplateResult {
  const {view} = state;
  const texts: Record<ViewName, string> = {
    open: 'Whatever you have to do, type it above.',
    today: 'Nothing is due today.',
    overdue: 'Nothing is overdue.',
    upcoming: 'Nothing is due in the days to come.',
    done: 'What you complete is kept here.',
    all: 'Whatever you have to do, type it above.',
  };
  return html`<div class="state">
    ${isFiltered(view)
      ? html`<p><strong>Nothing matches.</strong></p>
          <button @click=${() => tasks.show({q: '', priority: '', tags: []})}>Show all of “${VIEWS[view.name]}”</button>`
      : html`<p><strong>Nothing here yet.</strong></p>
          <p>${texts[view.name]}</p>`}
  </div>`;
}

const seen = new IntersectionObserver(
  (entries) => entries.some((entry) => entry.isIntersecting) && void tasks.loadMore(),
  {rootMargin: '600px'},
);
let watched: Element | undefined;

function loadWhenSeen(element?: Element): void {
  if (watched) {
    seen.unobserve(watched);
  }
  watched = element;
  if (element) {
    // Anew with every page, since one that does not fill the screen moves nothing.
    seen.observe(element);
  }
}

function entry(task: Task): TemplateResult {
  return state.editing?.task.id === task.id ? editor(state.editing.task) : row(task);
}

function row(task: Task): TemplateResult {
  const isNew = tasks.isBeingAdded(task);
  return html`
    <li data-id=${task.id} class=${task.completed ? 'completed' : ''}>
      <input
        type="checkbox"
        aria-label="Complete ${task.title}"
        .checked=${live(task.completed)}
        ?disabled=${isNew}
        @change=${(event: Event) => void tasks.complete(task, (event.target as HTMLInputElement).checked)}
      />
      <div class="text">
        <button class="title" aria-label="Edit ${task.title}" ?disabled=${isNew} @click=${() => edit(task)}>
          ${task.title}
        </button>
        ${task.description ? html`<p class="description">${task.description}</p>` : nothing} ${details(task)}
      </div>
      <button class="icon" aria-label="Delete ${task.title}" title="Delete" ?disabled=${isNew} @click=${() => remove(task)}>
        <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M4 6h12M8 6V4h4v2m-6 0l1 10h6l1-10" /></svg>
      </button>
    </li>
  `;
}

function details(task: Task): TemplateResult | typeof nothing {
  const due = task.due_date;
  if (!due && task.priority === 'medium' && !task.tags.length) {
    return nothing;
  }
  return html`<p class="details">
    ${task.priority === 'medium'
      ? nothing
      : html`<span class="chip priority ${task.priority}">${PRIORITIES[task.priority]} priority</span>`}
    ${due
      ? html`<time class="chip ${!task.completed && isOverdue(due) ? 'overdue' : ''}" datetime=${due}>
          ${!task.completed && isOverdue(due) ? 'Overdue: ' : ''}${dueText(due)}
        </time>`
      : nothing}
    ${task.tags.map(
      (tag) => html`<button
        class="chip tag"
        aria-pressed=${state.view.tags.includes(tag)}
        @click=${() => state.view.tags.includes(tag) || tasks.show({tags: [...state.view.tags, tag]})}
      >${tag}</button>`,
    )}
  </p>`;
}

function editor(task: Task): TemplateResult {
  const {outcome} = state.editing!;
  const due = task.due_date ? dayOf(task.due_date) : '';
  return html`
    <li data-id=${task.id} class="editing">
      <form
        novalidate
        aria-label="Edit ${task.title}"
        @submit=${onSubmit((values) => void save(task, values))}
        @keydown=${(event: KeyboardEvent) => event.key === 'Escape' && stopEditing(task)}
      >
        ${field('Title', outcome, {name: 'title', value: task.title})}
        <div class="field">
          <label for="description">Description</label>
          <textarea
            id="description"
            name="description"
            rows="3"
            maxlength="10000"
            .defaultValue=${task.description ?? ''}
          ></textarea>
        </div>
        <div class="fields">
          <div class="field">
            <label for="priority">Priority</label>
            <select id="priority" name="priority">
              ${Object.entries(PRIORITIES).map(
                ([value, text]) => html`<option value=${value} ?selected=${value === task.priority}>${text}</option>`,
              )}
            </select>
          </div>
          ${field('Due day', outcome, {name: 'due_date', type: 'date', value: due})}
          ${field('Tags', outcome, {name: 'tags', value: task.tags.join(', '), hint: 'Separated by commas'})}
        </div>
        ${general(outcome.errors?.length ? {...outcome, message: ''} : outcome, ['title', 'due_date', 'tags'])}
        <p class="buttons">
          <button class="primary">Save</button>
          <button type="button" @click=${() => stopEditing(task)}>Cancel</button>
        </p>
      </form>
    </li>
  `;
}

const focus = (selector: string) => document.querySelector<HTMLElement>(selector)?.focus();

function edit(task: Task): void {
  state.editing = {task, outcome: {}};
  void changed().then(() => focus('.editing [name=title]'));
}

const focusTitle = ({id}: Task) => focus(`li[data-id="${CSS.escape(id)}"] .title`);

function stopEditing(task: Task): void {
  state.editing = null;
  void changed().then(() => focusTitle(task));
}

async function save(edited: Task, values: Record<string, string>): Promise<void> {
  // As it is in the list: what is being edited may be what was refused.
  const task = state.items.find(({id}) => id === edited.id) ?? edited;
  const typed: TaskFields = {
    title: values.title.trim(),
    description: values.description || null,
    priority: values.priority as Priority,
    tags: [...new Set(values.tags.split(',').map((tag) => tag.trim()).filter(Boolean))],
    // A day that was not touched may be a moment.
    due_date: task.due_date && !isDay(task.due_date) && values.due_date === dayOf(task.due_date) ? task.due_date : values.due_date || null,
  };
  const fields = Object.fromEntries(
    Object.entries(typed).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(task[name as keyof Task])),
  );
  if (!Object.keys(fields).length) {
    stopEditing(task);
    return;
  }
  const saved = tasks.change(task, fields);
  await changed();
  focusTitle(task);
  if (!(await saved)) {
    await changed();
    focus('.editing [aria-invalid=true], .editing [name=title]');
  }
}

function remove(task: Task): void {
  const index = state.items.findIndex(({id}) => id === task.id);
  tasks.remove(task);
  const next = state.items[index] ?? state.items[index - 1];
  void changed().then(() => (next ? focusTitle(next) : focus('.new input')));
}
