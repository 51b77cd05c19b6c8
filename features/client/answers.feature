Feature: How a client reads a response
  The suite plays the platform. In some scenarios it first sends an invalid response or another
  device's response, and then a valid one. It listens for another 300 ms after the client has
  reported a time.

  @client-any-member-order
  @must
  Rule: the client MUST read the members of a response in any order
    The real platform sends serverSendTime before serverRecvTime; the page shows them in the reverse
    order.

    Source: documented, captures of the real platform; RFC 8259, section 4: an object is an
    unordered collection

    Depends on: client-any-offset

    Usual mistakes: the members are read by position; no time is ever reported

    Scenario Outline: The order is <first>, <second>, <third>
      Given the platform answers with:
        """
        {"<first>":{<first>},"<second>":{<second>},"<third>":{<third>}}
        """
      When the client asks and is answered
      Then the client reports the time that the formula gives, as in any other order

      Examples:
        | first          | second         | third          |
        | deviceSendTime | serverSendTime | serverRecvTime |
        | deviceSendTime | serverRecvTime | serverSendTime |
        | serverRecvTime | serverSendTime | deviceSendTime |

  @client-accepts-any-json
  @should
  Rule: the client SHOULD accept white space and additional members in a response
    JSON gives white space no meaning, and the platform may add members.

    Source: practice; RFC 8259, section 2

    Depends on: client-any-offset

    Usual mistakes: the client searches the response for a text instead of parsing it; a fixed
    buffer is too small

    Example: The response has white space
      Given the platform answers with:
        """
        { "deviceSendTime": {deviceSendTime} , "serverRecvTime" :{serverRecvTime}, "serverSendTime" : {serverSendTime} }
        """
      When the client asks and is answered
      Then the client reports the time that the formula gives

    Example: The response has several lines
      Given the platform answers with:
        """
        {
          "deviceSendTime": {deviceSendTime},
          "serverRecvTime": {serverRecvTime},
          "serverSendTime": {serverSendTime}
        }
        """
      When the client asks and is answered
      Then the client reports the time that the formula gives

    Example: The response has line breaks around the object
      Given the platform answers with:
        """

        {"deviceSendTime":{deviceSendTime},"serverSendTime":{serverSendTime},"serverRecvTime":{serverRecvTime}}

        """
      When the client asks and is answered
      Then the client reports the time that the formula gives

    Example: The response has an additional String of 90 characters
      Given the platform answers with:
        """
        {"deviceSendTime":{deviceSendTime},"serverSendTime":{serverSendTime},"serverRecvTime":{serverRecvTime},
        "message":"012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"}
        """
      When the client asks and is answered
      Then the client reports the time that the formula gives

    Scenario Outline: The response has an additional <what>
      Given the platform answers with:
        """
        {<first>"deviceSendTime":{deviceSendTime},"serverRecvTime":{serverRecvTime},<last>}
        """
      When the client asks and is answered
      Then the client reports the time that the formula gives

      Examples:
        | what                        | first                       | last                                                         |
        | member before the others    | "id":"7",                   | "serverSendTime":{serverSendTime}                            |
        | member after the others     |                             | "serverSendTime":{serverSendTime},"code":200                 |
        | object before the others    | "ext":{"serverSendTime":1}, | "serverSendTime":{serverSendTime}                            |
        | object after the others     |                             | "serverSendTime":{serverSendTime},"ext":{"serverSendTime":1} |
        | String with escaped letters |                             | "serverSendTime":{serverSendTime},"site":"Z\u00fcrich \/"    |

  @client-no-time-without-answer
  @must
  Rule: the client MUST NOT report a calculated time when it received no response
    A client has no time to report if it has no connection, or if it has a connection and receives
    no response. It may print an error, retry or exit. The platform's other services send
    properties, upgrades and the device shadow. A time in one of these messages is not a response
    either. If nothing listens on the port, the suite tells a client that waits to be told to ask
    after half of its `within`.

    Source: stated, "The system time of a device can be calibrated by using the NTP service only if
    the device is connected"

    Depends on: client-request-topic

    Usual mistakes: the local clock is printed when no response came; the client takes a time from
    another service's message

    Scenario Outline: The platform <refusal>
      Given a platform that <refusal>
      When the client asks
      Then the client reports no time

      Examples:
        | refusal                                  |
        | does not listen                          |
        | resets every connection                  |
        | refuses CONNECT                          |
        | never answers                            |
        | sends only messages of other services    |
        | resets the connection after each request |

  @client-no-made-up-time
  @must
  Rule: the client MUST NOT report a wrong time after a malformed or incomplete response
    A member is missing, or the payload is not a complete JSON object. The client may report no
    time, or it may report the right time from the valid response that follows.

    Source: derived from "Device connection", step 3: the time is calculated from the members of a
    response

    Depends on: client-any-offset

    Usual mistakes: a missing member is read as 0, which gives the year 1998; a missing member keeps
    its value from the last response; one of the server's times is taken for the other; a truncated
    number is read as a complete one

    Scenario Outline: The first response: <what>
      Given the platform first answers with:
        """
        <payload>
        """
      When the client asks and is answered
      Then the client reports the right time or none

      Examples: a member is missing
        | what                      | payload                                                               |
        | serverRecvTime is missing | {"deviceSendTime":{deviceSendTime},"serverSendTime":{serverSendTime}} |
        | serverSendTime is missing | {"deviceSendTime":{deviceSendTime},"serverRecvTime":{serverRecvTime}} |
        | deviceSendTime is missing | {"serverSendTime":{serverSendTime},"serverRecvTime":{serverRecvTime}} |
        | every member is missing   | {}                                                                    |

      Examples: not a complete object
        | what                            | payload                                                   |
        | cut off inside the first number | {"deviceSendTime":{deviceSendTime},"serverSendTime":15717 |
        | cut off after a member's name   | {"deviceSendTime":{deviceSendTime},"serverSendTime":      |
        | an opening brace                | {                                                         |
        | empty                           |                                                           |
        | not JSON                        | hello                                                     |
        | null                            | null                                                      |
        | an array                        | [{serverRecvTime},{serverSendTime}]                       |

    Scenario Outline: The platform answers after 400 ms, and in the first response <what>
      Given a platform that answers after 400 ms
      And the platform first answers with:
        """
        <payload>
        """
      When the client asks and is answered
      Then the client reports the right time or none

      Examples:
        | what                      | payload                                                               |
        | serverRecvTime is missing | {"deviceSendTime":{deviceSendTime},"serverSendTime":{serverSendTime}} |
        | serverSendTime is missing | {"deviceSendTime":{deviceSendTime},"serverRecvTime":{serverRecvTime}} |

    Example: The first response is cut off inside the last number
      Given the platform first answers with:
        """
        {"deviceSendTime":{deviceSendTime},"serverSendTime":{serverSendTime},"serverRecvTime":15717
        """
      When the client asks and is answered
      Then the client reports the right time or none

    Example: The first response is another service's message
      Given the platform first answers with:
        """
        {"id":"7","code":200,"data":{},"message":"success","method":"thing.event.property.post"}
        """
      When the client asks and is answered
      Then the client reports the right time or none

    Scenario Outline: In the second response, <what>
      Given a client that asks more than once
      And the platform first answers the second request with:
        """
        <payload>
        """
      When the client asks and is answered
      Then every time that the client reports is the right one

      Examples:
        | what                      | payload                                                               |
        | serverRecvTime is missing | {"deviceSendTime":{deviceSendTime},"serverSendTime":{serverSendTime}} |
        | serverSendTime is missing | {"deviceSendTime":{deviceSendTime},"serverRecvTime":{serverRecvTime}} |

  @client-rejects-mistyped-members
  @should
  Rule: the client SHOULD NOT report a wrong time after a response with a member of the wrong type
    A member is null, an empty String, a word, an object or a Boolean. The official SDK reads such a
    member as 0.

    Source: practice; the source code of the official SDK documents its behaviour

    Depends on: client-any-offset

    Usual mistakes: a member that is not a number is read as 0, which gives the year 1998; true is
    read as 1

    Scenario Outline: In the first response, <what>
      Given the platform first answers with:
        """
        {"deviceSendTime":{deviceSendTime},"serverSendTime":<serverSendTime>,"serverRecvTime":<serverRecvTime>}
        """
      When the client asks and is answered
      Then the client reports the right time or none

      Examples:
        | what                              | serverSendTime   | serverRecvTime   |
        | serverRecvTime is null            | {serverSendTime} | null             |
        | serverSendTime is null            | null             | {serverRecvTime} |
        | serverRecvTime is an empty String | {serverSendTime} | ""               |
        | serverSendTime is an empty String | ""               | {serverRecvTime} |
        | serverRecvTime is true            | {serverSendTime} | true             |
        | serverSendTime is an object       | {}               | {serverRecvTime} |
        | serverSendTime is a word          | "now"            | {serverRecvTime} |

  @client-outlives-malformed
  @must
  Rule: the client MUST NOT hang after a malformed response
    The platform sends the malformed response first, then a valid response to the same request. It
    answers later requests with valid responses only.

    A client that exits after a valid response must exit or report a time within its `within`. A
    client that asks again must get the right time from a later request, also if it gets its time
    from the valid response to the same request. The suite tells a client that waits to be told to
    ask up to four times within its `within`. The requirement does not apply to a client that asks
    once and keeps running after a valid response for its whole `within`.

    When a client has hung in three starts, and in one of this requirement's for its whole `within`,
    the suite waits less after other malformed responses: twice as long as the client takes from a
    valid response to its report, and 300 ms.

    Source: derived from "Device connection", steps 2 and 3: a client that hangs never gets a time
    again

    Depends on: client-accepts-own-type

    Usual mistakes: a lock is never released; the client waits for a response that it has already
    discarded; the next calculation uses the deviceSendTime of the previous request

    Scenario Outline: The first response: <what>
      Given the platform first answers with:
        """
        <payload>
        """
      When the client asks and is answered, and asks again if it does
      Then the client exits or gets its time

      Examples:
        | what                    | payload                             |
        | null                    | null                                |
        | empty                   |                                     |
        | not JSON                | hello                               |
        | every member is missing | {}                                  |
        | an array                | [{serverRecvTime},{serverSendTime}] |

    Example: The first response is cut off inside the last number
      Given the platform first answers with:
        """
        {"deviceSendTime":{deviceSendTime},"serverSendTime":{serverSendTime},"serverRecvTime":15717
        """
      When the client asks and is answered, and asks again if it does
      Then the client exits or gets its time

    Example: In the first response, serverSendTime is an object
      Given the platform first answers with:
        """
        {"deviceSendTime":{deviceSendTime},"serverSendTime":{},"serverRecvTime":{serverRecvTime}}
        """
      When the client asks and is answered, and asks again if it does
      Then the client exits or gets its time

  @client-survives-malformed
  @should
  Rule: the client SHOULD NOT be killed by a signal after a malformed response
    The client may exit by itself. A signal such as SIGSEGV or SIGABRT shows that the client reads
    memory that it does not own, or does not catch an exception.

    Source: practice; any service of the platform can send a payload that kills the device

    Depends on: client-accepts-own-type

    Usual mistakes: an exception in a callback is not caught; a null pointer is dereferenced

    Scenario Outline: The first response: <what>
      Given the platform first answers with:
        """
        <payload>
        """
      When the client asks and is answered
      Then the client is not killed by a signal

      Examples:
        | what                    | payload                             |
        | null                    | null                                |
        | empty                   |                                     |
        | not JSON                | hello                               |
        | every member is missing | {}                                  |
        | an array                | [{serverRecvTime},{serverSendTime}] |

    Example: The first response is cut off inside the last number
      Given the platform first answers with:
        """
        {"deviceSendTime":{deviceSendTime},"serverSendTime":{serverSendTime},"serverRecvTime":15717
        """
      When the client asks and is answered
      Then the client is not killed by a signal

    Example: In the first response, serverSendTime is an object
      Given the platform first answers with:
        """
        {"deviceSendTime":{deviceSendTime},"serverSendTime":{},"serverRecvTime":{serverRecvTime}}
        """
      When the client asks and is answered
      Then the client is not killed by a signal

  @client-ignores-others
  @must
  Rule: the client MUST NOT take a time from a response on another device's topic
    The platform sends such a response only to a client whose own filter covers that topic, or that
    relies on automatic subscription.

    Source: derived from "Response topic", which holds the device's own product key and device name

    Depends on: client-any-offset

    Usual mistakes: the topic of an incoming message is not checked; only the device name in the
    topic is checked; names are compared by their beginning, or regardless of case

    Example: Another device's response comes first
      Given the platform first sends a response for another device, times 1 h off, deviceSendTime 0 ms off
      When the client asks and is answered
      Then the client reports the right time or none

    Scenario Outline: A response for a device whose name <name> comes first
      Given the platform first sends a response for a device whose name <name>, times 1 h off, deviceSendTime 0 ms off
      When the client asks and is answered
      Then the client reports the right time or none

      Examples:
        | name                                  |
        | begins with the client's own          |
        | is the client's own in the other case |

    Scenario Outline: A response for the same device name in another product comes first, <whose> deviceSendTime
      Given the platform first sends a response for another product, times 1 h off, deviceSendTime <off> off
      When the client asks and is answered
      Then the client reports the right time or none

      Examples:
        | whose             | off  |
        | with the client's | 0 ms |
        | with another      | 1 h  |
