/** The client of the API. Its types are those of the OpenAPI document, so that a call that the contract does not have does not compile. */

import type {components, paths} from './schema.js';

type Schemas = components['schemas'];

export type Priority = Schemas['Priority'];
export type Session = Schemas['Session'];
export type Task = Schemas['Task'];
export type FieldError = Schemas['FieldError'];
export type TaskQuery = NonNullable<paths['/api/tasks']['get']['parameters']['query']>;

/** What of a task can be written; what is left out of a new one takes its default. */
export type TaskFields = Partial<Pick<Task, 'description' | 'completed' | 'priority' | 'tags' | 'due_date'>> & Pick<Task, 'title'>;

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type Json<C> = C extends {content: {'application/json': infer T}} ? T : void;
type Answer<O> = O extends {responses: infer R} ? (R extends {200: infer C} ? Json<C> : R extends {201: infer C} ? Json<C> : void) : never;
type Query<O> = O extends {parameters: {query?: infer Q}} ? Q : never;

interface Input<O> {
  id?: string;
  query?: Query<O>;
  body?: object;
  /** Without one, the call is anonymous. */
  token?: string;
  signal?: AbortSignal;
  /** Whether the call outlives the page. */
  keepalive?: boolean;
}

/** What the service says that it did not do, and why (RFC 9457). */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    detail: string,
    readonly errors: FieldError[],
  ) {
    super(detail);
  }

  get asksForCode(): boolean {
    return this.type === 'urn:todo:problem:second-factor';
  }
}

/** The service did not answer, or not now. */
export class Unreachable extends Error {}

async function call<P extends keyof paths, M extends Method & keyof paths[P]>(
  method: M,
  path: P,
  input: Input<paths[P][M]> = {},
): Promise<Answer<paths[P][M]>> {
  const text = await (await send(method.toUpperCase(), address(path, input), input)).text();
  return (text ? JSON.parse(text) : undefined) as Answer<paths[P][M]>;
}

function address(path: string, {id = '', query}: {id?: string; query?: object}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined) {
        parameters.append(name, String(one));
      }
    }
  }
  const text = parameters.toString();
  return path.replace('{id}', encodeURIComponent(id)) + (text && `?${text}`);
}

async function send(method: string, address: string, {body, token, signal, keepalive}: Input<unknown>): Promise<Response> {
  const headers = new Headers({Accept: 'application/json, application/problem+json'});
  if (body) {
    headers.set('Content-Type', 'application/json');
  }
  if (token) {
    headers.set('Authorization', `Bearer ${token}`);
  }
  let response: Response;
  try {
    response = await fetch(address, {
      method,
      headers,
      body: body && JSON.stringify(body),
      signal,
      keepalive,
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
    });
  } catch (cause) {
    throw signal?.aborted ? cause : new Unreachable('The service cannot be reached.', {cause});
  }
  if (response.ok) {
    return response;
  }
  if (response.status >= 502 && response.status <= 504) {
    throw new Unreachable('The service cannot be reached.');
  }
  const problem: Partial<Schemas['Problem']> = await response.json().catch(() => ({}));
  throw new Refusal(
    response.status,
    problem.type ?? 'about:blank',
    problem.detail ?? `The service answered ${response.status}.`,
    problem.errors ?? [],
  );
}

export const signUp = (email: string, password: string) => call('post', '/auth/signup', {body: {email, password}});

export const logIn = (email: string, password: string, code?: string) =>
  call('post', '/auth/login', {body: code ? {email, password, code} : {email, password}});

export const refresh = (token: string) => call('post', '/auth/refresh', {token});
export const logOut = (token: string) => call('post', '/auth/logout', {token});
export const forgottenPassword = (email: string) => call('post', '/auth/password/forgotten', {body: {email}});

export const resetPassword = (token: string, password: string) =>
  call('post', '/auth/password/reset', {body: {token, new_password: password}});

export const verifyEmail = (token: string) => call('post', '/auth/email/verify', {body: {token}});

export const changePassword = (token: string, current: string, password: string, code?: string) =>
  call('put', '/auth/password', {token, body: {current_password: current, new_password: password, ...(code && {code})}});

export const deleteAccount = (token: string, password: string, code?: string) =>
  call('delete', '/auth/me', {token, body: {password, ...(code && {code})}});

export const sessions = (token: string) => call('get', '/auth/sessions', {token});
export const endSession = (token: string, id: string) => call('delete', '/auth/sessions/{id}', {token, id});
export const endOtherSessions = (token: string) => call('delete', '/auth/sessions', {token});

export const exported = async (token: string) =>
  (await send('GET', '/auth/me/export' satisfies keyof paths, {token})).blob();

export const listTasks = (token: string, query: TaskQuery, signal?: AbortSignal) =>
  call('get', '/api/tasks', {token, query, signal});

export const createTask = (token: string, task: TaskFields) => call('post', '/api/tasks', {token, body: task});

export const changeTask = (token: string, id: string, change: Partial<TaskFields>) =>
  call('patch', '/api/tasks/{id}', {token, id, body: change});

export const completeTask = (token: string, id: string, completed: boolean) =>
  call('patch', '/api/tasks/{id}/complete', {token, id, body: {completed}});

export const deleteTask = (token: string, id: string, keepalive = false) =>
  call('delete', '/api/tasks/{id}', {token, id, keepalive});
