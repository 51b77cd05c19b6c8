Feature: Many devices and many requests
  A platform has many devices. The responses to one device must not depend on the others.

  @server-concurrent-devices
  @must
  @alone
  Rule: the server MUST serve 8 devices that ask at the same moment: each gets its own response, exactly once
    The devices connect, stay connected and then send their requests at the same moment. Every
    second device sends a String, and each asks in the other type afterwards. The server may process
    the requests one after the other: no response is late as long as responses keep arriving. The
    devices that the target file names are served alike.

    Source: derived from "How it works", steps 1 and 2: a device that sends a message gets a
    response

    Depends on: server-outlives-other-qos, server-answers-once, server-echoes-send-time

    Usual mistakes: the topic or the type of a response is kept in a variable that all requests
    share; requests are dropped while another one is processed; the server no longer serves

    Example: 8 devices ask at the same moment
      Given 8 devices that hear their response topics
      When the devices ask at the same moment, every second one with a String
      Then each of them gets its own single answer

    Example: 8 devices ask at the same moment with the same deviceSendTime
      Given 8 devices that hear their response topics
      When the devices ask at the same moment, every second one with a String, all with the same deviceSendTime
      Then each of them gets its own single answer

    Example: The devices of the target file ask at the same moment
      Given the devices of the target file, at most 20, that hear their response topics
      When the devices ask at the same moment, every second one with a String
      Then each of them gets its own single answer

  @server-serves-many-devices
  @should
  @alone
  Rule: the server SHOULD serve 200 devices that ask at the same moment: each gets its own response, exactly once
    This is server-concurrent-devices with more devices than a small gateway may have. The option
    `--devices` of `run` sets another number.

    Source: practice; a platform has many devices, and the page states no number

    Depends on: server-concurrent-devices

    Usual mistakes: the number of connections is limited; requests that do not fit into a queue are
    dropped

    Example: 200 devices ask at the same moment
      Given 200 devices, or as many as "--devices" says, that hear their response topics
      When the devices ask at the same moment, every second one with a String
      Then each of them gets its own single answer

  @server-request-burst
  @should
  @alone
  Rule: the server SHOULD answer each of 100 requests sent back to back on one connection with its own deviceSendTime
    If the target file allows fewer requests a second (`limits`), the suite sends only 20 or 5. MQTT
    may lose a message at QoS 0, and a device seldom sends several requests at once. But if a server
    loses or mixes up requests while it processes another one, it also does so with the requests of
    different devices.

    Source: practice; the page states no limit on how often a device may ask

    Depends on: server-echoes-send-time

    Usual mistakes: requests are dropped while another one is processed; the deviceSendTime is kept
    in a variable that the requests of a connection share; only the first packet of a TCP segment is
    read

    Scenario Outline: <count> requests back to back
      Given a device that hears its response topic
      When the device asks <count> times, back to back
      Then the server answers each of them with its own deviceSendTime

      Examples:
        | count |
        | 5     |
        | 20    |
        | 100   |
