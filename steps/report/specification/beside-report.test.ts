import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostedPage } from './beside-report.ts';

test('the page of a role stands in the folder that is named', () => {
  for (const base of ['https://docs.example/ntp', 'https://docs.example/ntp/'])
    assert.equal(hostedPage(base, 'client'), 'https://docs.example/ntp/client.html');
  assert.equal(hostedPage('http://docs.example', 'server'), 'http://docs.example/server.html');
});

test('what is no address of a folder is refused, and says why', () => {
  for (const base of ['docs', '', 'javascript:alert(1)', 'file:///docs'])
    assert.throws(() => hostedPage(base, 'server'), /expected the address of a folder/, base);
  assert.throws(() => hostedPage('https://docs.example/?page=1', 'server'), /without \? and #/);
  assert.throws(() => hostedPage('https://me:secret@docs.example/', 'server'), /would stand in every report/);
});
