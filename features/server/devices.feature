Feature: Many devices, and many requests
  A platform has many devices. What each of them gets must not depend on the others.

  @server-concurrent-devices
  @must
  Rule: the server MUST serve 8 devices that ask at the same moment, each with its own single answer
    The devices connect, stay connected, and then ask at the same moment, every second one with a String. The server may take one
    request after the other: no answer is late as long as answers keep coming.

    Source: derived from "How it works", steps 1 and 2, where a device that sends a message gets a response

    Depends on: server-outlives-other-qos, server-answers-once, server-echoes-send-time

    Usual mistakes: the topic or the type of a response is kept in a variable that all requests share; requests are dropped while
    one is worked on; the server no longer serves

    Example: 8 devices ask at the same moment
      Given 8 devices that hear their response topics
      When they all ask at the same moment
      Then each of them gets its own single answer

    Example: 8 devices ask at the same moment with the same deviceSendTime
      Given 8 devices that hear their response topics
      When they all ask at the same moment with the same deviceSendTime
      Then each of them gets its own single answer

  @server-serves-many-devices
  @should
  Rule: the server SHOULD serve 200 devices that ask at the same moment, each with its own single answer
    The same with more devices than a small gateway may have. `--devices` of `run` has even more devices ask.

    Source: practice; a platform has many devices, and the page names no number

    Depends on: server-concurrent-devices

    Usual mistakes: the number of connections is limited; requests beyond the length of a queue are dropped

    Example: 200 devices ask at the same moment
      Given 200 devices, or as many as "--devices" says, that hear their response topics
      When they all ask at the same moment
      Then each of them gets its own single answer

  @server-request-burst
  @should
  Rule: the server SHOULD answer 100 requests that are sent back to back on one connection, each with its own deviceSendTime
    A message at QoS 0 may be lost, and a device seldom asks twice at once. But a server that loses requests or mixes them up
    while it
    works on one does so with its devices' requests too.

    Source: practice; the page has no limit for how often a device may ask

    Depends on: server-echoes-send-time

    Usual mistakes: requests are dropped while one is worked on; the deviceSendTime is kept in a variable that the requests of a
    connection share; only the first packet of a TCP segment is read

    Example: 100 requests back to back
      Given a device that hears its response topic
      When the device asks 100 times, back to back
      Then the server answers each of them with its own deviceSendTime
