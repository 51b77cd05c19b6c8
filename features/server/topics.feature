Feature: The topics of the NTP service
  A device sends its requests on its own request topic and receives the responses on its own
  response topic. Both topics contain the product key and the device name of the device certificate.

  @server-answers-request
  @must
  Rule: the server MUST answer a QoS 0 request on the device's request topic with a message on its response topic
    The request topic is "/ext/ntp/{productKey}/{deviceName}/request". The response topic is
    "/ext/ntp/{productKey}/{deviceName}/response". Without a response the device gets no time. The
    page does not state how long a response may take, so the target file sets the limit
    (`responseDeadline`).

    A server that does not answer costs this time once for each kind of request, such as Strings.
    Where the server has left such a request without a response before, the suite waits three times
    as long as its slowest response took, at least 100 ms and at most `responseDeadline`.

    Source: stated, "Request topic", "Response topic" and "Device connection", steps 1 and 2

    Usual mistakes: the response is published on another topic; the service receives nothing,
    because its own subscription is missing; the server no longer serves

    Example: A device asks with a Long
      Given a device that hears its response topic
      When the device asks with:
        """
        {"deviceSendTime":1571724098000}
        """
      Then the server answers

    Example: A device asks with a String
      Given a device that hears its response topic
      When the device asks with:
        """
        {"deviceSendTime":"1571724098000"}
        """
      Then the server answers

    Example: A device asks again on the same connection
      Given a device that hears its response topic
      When the device asks 3 times, one after the other
      Then the server answers each request

    Example: A device comes back on a new connection
      Given a device that hears its response topic
      And the device has asked, been answered and disconnected
      When the device connects again and hears its response topic
      And the device asks
      Then the server answers

  @server-answers-once
  @must
  Rule: the server MUST answer each request exactly once
    If a second response to the same request arrives later, the device calculates a wrong time from
    it. A second response that arrives during a later scenario also fails this requirement. The
    suite listens until the run ends. One device listens for at least 5 s, or for the time that
    `lateAnswers` of the target file sets.

    Source: derived from "Device connection", step 2: the device receives one response to one
    request

    Depends on: server-answers-the-asker

    Usual mistakes: the service is subscribed twice, or two instances of it run; the broker and the
    service both answer a message; a request is answered twice

    Example: One request
      Given a device that hears its response topic
      When the device asks
      Then the server answers each request exactly once

    Example: Several requests, one after the other
      Given a device that hears its response topic
      When the device asks 5 times, one after the other
      Then the server answers each request exactly once

    Example: A device that listens until the run ends
      Given a device that stays connected until the run ends, and 5 s or what "lateAnswers" says after it asked
      When the device asks
      Then the server answers each request exactly once

    Example: The same request twice
      Given a device that hears its response topic
      When the device asks 2 times, one after the other, with the same deviceSendTime
      Then the server answers each request exactly once

    Example: Two devices ask at the same moment
      Given a device that hears its response topic
      And another device of the same product that hears its own
      When the devices ask at the same moment, each with its own deviceSendTime
      Then the server answers each request exactly once

  @server-answers-the-asker
  @must
  Rule: the server MUST answer on the response topic of the device that asked and on no other topic
    A device that receives another device's response calculates a wrong time.

    Source: stated, "Request topic" and "Response topic", which contain the same product key and
    device name

    Depends on: server-answers-request

    Usual mistakes: the identity is taken from the MQTT client id instead of the topic; only the
    beginning of the device name is compared; the response goes to every subscriber; a request is
    matched by its deviceSendTime alone; the identity is the device name alone

    Example: Another device of the same product receives nothing
      Given a device that hears its response topic
      And another device of the same product that hears its own
      When the device asks
      Then the server answers
      And nothing reaches the other device

    Example: The device does not receive another device's response
      Given a device that hears its response topic
      And another device of the same product that hears its own
      When the other device asks
      Then the server answers
      And nothing reaches the device

    Example: Two devices ask at the same moment with the same deviceSendTime
      Given a device that hears its response topic
      And another device of the same product that hears its own
      When the devices ask at the same moment, all with the same deviceSendTime
      Then the server answers each request

    Scenario Outline: <asker> asks, <other> receives nothing
      Given the device <asker> that hears its response topic
      And the device <other> that hears its own
      When the device asks
      Then the server answers
      And nothing reaches the other device

      Examples: the same device name in another product
        | asker                 | other                 |
        | "a1NtpSuite1/probe-1" | "a1NtpSuite2/probe-1" |

      Examples: one device name is the beginning or the end of the other
        | asker                  | other                  |
        | "a1NtpSuite1/probe-1"  | "a1NtpSuite1/probe-10" |
        | "a1NtpSuite1/probe-10" | "a1NtpSuite1/probe-1"  |
        | "a1NtpSuite1/probe-1"  | "a1NtpSuite1/xprobe-1" |

      Examples: device names that differ only in case
        | asker                 | other                 |
        | "a1NtpSuite1/probe-1" | "a1NtpSuite1/PROBE-1" |

  @server-serves-documented-names
  @must
  Rule: the server MUST serve product keys and device names with every documented length and character
    A product key has 11 characters: letters and digits. A device name has 4 to 32 characters:
    letters, digits, `-`, `_`, `@`, `:` and `.`.

    Source: documented, the platform's page about devices states these lengths and characters

    Depends on: server-answers-request, server-answers-the-asker

    Usual mistakes: the pattern for the topic allows fewer characters, or fewer at the beginning;
    the field for the name is too short; the broker maps '.' in topics to '/'; a dot or an
    underscore in the name matches any character; a name of digits is read as a number

    Scenario Outline: A device is named <name>
      Given the device <name> that hears its response topic
      When the device asks
      Then the server answers

      Examples: the lengths that device names may have
        | name                                           |
        | "a1NtpSuite1/dev1"                             |
        | "a1NtpSuite1/abcdefghijklmnopqrstuvwxyz012345" |

      Examples: the characters that device names may have
        | name                      |
        | "a1NtpSuite1/a-b_c@d:e.f" |
        | "a1NtpSuite1/1234567890"  |
        | "a1NtpSuite1/request"     |
        | "a1NtpSuite1/response"    |
        | "A1zZ09Suite/UPPER.lower" |

      Examples: names and product keys that do not begin with a letter, or look like a number
        | name               |
        | "a1NtpSuite1/0042" |
        | "a1NtpSuite1/-dev" |
        | "a1NtpSuite1/_dev" |
        | "a1NtpSuite1/.dev" |
        | "a1NtpSuite1/:dev" |
        | "a1NtpSuite1/@dev" |
        | "01234567890/dev1" |

    Scenario Outline: <asker> asks, "a1NtpSuite1/probe-1" receives nothing
      Given the device <asker> that hears its response topic
      And the device "a1NtpSuite1/probe-1" that hears its own
      When the device asks
      Then the server answers
      And nothing reaches the other device

      Examples: device names with a character that is special in patterns
        | asker                 |
        | "a1NtpSuite1/probe.1" |
        | "a1NtpSuite1/probe_1" |

  @server-never-answers-a-response
  @must
  Rule: the server MUST NOT treat a message on a response topic or on another service's topic as a request
    A server that answers its own responses never stops. A server that answers the messages of
    another service sends a device a response without a request. A broker that returns a device's
    own message to the device does not answer it.

    Source: derived from "Request topic": the page names one topic on which devices send requests

    Depends on: server-answers-request

    Usual mistakes: the service subscribes to "/ext/ntp/+/+/#"; the service checks the payload and
    not the topic

    Scenario Outline: A message with a deviceSendTime on <topic>
      Given a device that hears its response topic
      When the device publishes on "<topic>":
        """
        {"deviceSendTime":{deviceTime}}
        """
      Then the server does not answer it

      Examples: the response topic
        | topic                                       |
        | /ext/ntp/{productKey}/{deviceName}/response |

      Examples: topics of other services
        | topic                                                    |
        | /ext/config/{productKey}/{deviceName}/request            |
        | /sys/{productKey}/{deviceName}/thing/event/property/post |
        | /{productKey}/{deviceName}/user/request                  |

    Example: A complete response on the response topic
      Given a device that hears its response topic
      When the device publishes on "/ext/ntp/{productKey}/{deviceName}/response":
        """
        {"deviceSendTime":"{deviceTime}","serverRecvTime":"1571724098110","serverSendTime":"1571724098115"}
        """
      Then the server does not answer it

  @server-request-topic-exact
  @should
  Rule: the server SHOULD NOT answer requests on topics that only resemble the request topic
    A client with a wrong topic works with a lenient server, but it gets no time from the real
    platform.

    Source: practice; the page states one request topic and says nothing about others

    Depends on: server-answers-request

    Usual mistakes: a pattern has no anchors; topics are compared without regard to case; empty
    topic levels are dropped

    Scenario Outline: A request on <topic>
      Given a device that hears its response topic
      And the device hears "<its response>" as well
      When the device publishes on "<topic>":
        """
        {"deviceSendTime":{deviceTime}}
        """
      Then the server does not answer it

      Examples:
        | topic                                        | its response                                  |
        | ext/ntp/{productKey}/{deviceName}/request    | ext/ntp/{productKey}/{deviceName}/response    |
        | /ext/ntp/{productKey}/{deviceName}/request/  | /ext/ntp/{productKey}/{deviceName}/response/  |
        | /ext/ntp/{productKey}/{deviceName}/request/1 | /ext/ntp/{productKey}/{deviceName}/response/1 |
        | //ext/ntp/{productKey}/{deviceName}/request  | //ext/ntp/{productKey}/{deviceName}/response  |
        | /x/ext/ntp/{productKey}/{deviceName}/request | /x/ext/ntp/{productKey}/{deviceName}/response |
        | /ext/ntp/{productKey}/{deviceName}/x/request | /ext/ntp/{productKey}/{deviceName}/x/response |
        | /ext/ntp/{deviceName}/request                | /ext/ntp/{deviceName}/response                |
        | /ext/ntp/{productKey}/{deviceName}           | /ext/ntp/{productKey}/{deviceName}/response   |
        | /ext/ntp/{productKey}/{deviceName}/Request   | /ext/ntp/{productKey}/{deviceName}/Response   |
        | /EXT/NTP/{productKey}/{deviceName}/request   | /EXT/NTP/{productKey}/{deviceName}/response   |
        | /ext/ntp/{productKey}/{deviceName}/requests  | /ext/ntp/{productKey}/{deviceName}/responses  |
        | /ext/ntp/{productKey}//{deviceName}/request  | /ext/ntp/{productKey}//{deviceName}/response  |
