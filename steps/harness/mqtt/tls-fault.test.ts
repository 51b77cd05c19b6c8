import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Distrust, deviceSides, endedHandshake, NoUpgrade, platformSides, tlsFaultOf } from './tls-fault.ts';

const error = (code: string, message = ''): NodeJS.ErrnoException => Object.assign(new Error(message), { code });

test('an alert is the other side objecting, by the names of old and new versions of OpenSSL', () => {
  for (const code of ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED'])
    assert.deepEqual(tlsFaultOf(error(code), platformSides), {
      cause: 'date',
      by: 'peer',
      words: 'the client says that the certificate of the platform has expired, or is not valid yet',
    });
  assert.equal(tlsFaultOf(error('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'), platformSides)?.cause, 'untrusted');
  assert.equal(tlsFaultOf(error('ERR_SSL_TLSV1_UNRECOGNIZED_NAME'), deviceSides)?.cause, 'name');
  assert.equal(tlsFaultOf(error('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), deviceSides)?.cause, 'no certificate');
});

test('what was found during a write stands in the message only', () => {
  const message =
    'write EPROTO 40:error:0A000418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:../a.c:918:SSL alert number 48\n';
  const fault = tlsFaultOf(error('EPROTO', message), deviceSides);
  assert.deepEqual([fault?.cause, fault?.by], ['untrusted', 'peer']);
  assert.match(fault?.words ?? '', /^the server does not know the authority of the certificate that the suite shows/);
});

test('any other reason of TLS is put in words, and what is no reason of TLS is left alone', () => {
  assert.equal(tlsFaultOf(error('ERR_SSL_BAD_EXTENSION'), deviceSides)?.words, 'TLS with the server failed (bad extension)');
  assert.equal(
    tlsFaultOf(error('ERR_SSL_TLSV1_ALERT_USER_CANCELLED'), deviceSides)?.words,
    'the server ended the handshake (user cancelled)',
  );
  assert.equal(tlsFaultOf(error('ECONNRESET'), deviceSides), undefined);
  assert.equal(tlsFaultOf(error('EPROTO', 'protocol error'), deviceSides), undefined);
  assert.equal(endedHandshake(platformSides).words, 'the client ended the connection during the handshake, without a reason');
});

test('a certificate of another name is told with the names that it bears', () => {
  const other = Object.assign(error('ERR_TLS_CERT_ALTNAME_INVALID'), { cert: { subjectaltname: 'DNS:hub.example' } });
  assert.equal(tlsFaultOf(other, deviceSides)?.words, 'the certificate of the server bears another name: DNS:hub.example');
});

test('what others wrote stands as they wrote it', () => {
  const words = 'the certificate of the server bears another name: DNS:P.example, DNS:{suite}.S.example';
  const cert = { subjectaltname: 'DNS:P.example, DNS:{suite}.S.example' };
  assert.equal(tlsFaultOf(Object.assign(error('ERR_TLS_CERT_ALTNAME_INVALID'), { cert }), deviceSides)?.words, words);
  assert.equal(tlsFaultOf(new Distrust('S is no P'), platformSides)?.words, 'the client is not trusted: S is no P');
  assert.equal(tlsFaultOf(new NoUpgrade('sent "S P"'), platformSides)?.words, 'the client sent "S P"');
});
