import { expect, it } from 'vitest';
import { findUser } from '../../../src/cli/desk/find-user.js';

const KNOWN = ['adele.vance@contoso.com', 'adam.lee@contoso.com', 'ben@contoso.com'];

it.each<[typed: string, found: object]>([
  ['adele.vance@contoso.com', { user: 'adele.vance@contoso.com' }],
  ['somebody.else@contoso.com', { user: 'somebody.else@contoso.com' }],
  ['87d349ed-44d7-43e1-9a83-5f2406dee5bd', { user: '87d349ed-44d7-43e1-9a83-5f2406dee5bd' }],
  [' BEN ', { user: 'ben@contoso.com' }],
  ['ad', { candidates: ['adele.vance@contoso.com', 'adam.lee@contoso.com'] }],
  ['nobody', { wrong: 'is nobody in the list; type the whole name, such as amy@contoso.com' }],
  // An Enter too many must pick nobody.
  ['', { wrong: 'is empty' }],
  ['  ', { wrong: 'is empty' }],
])('%j', (typed, found) => {
  expect(findUser(typed, KNOWN)).toEqual(found);
});
