Feature: What a client makes of an answer
  The platform answers as the real one does, or as no platform should. A true answer always follows. The suite listens for 300 ms
  after the client's time.

  @client-any-member-order
  @must
  Rule: the client MUST read the members of a response in any order
    The real platform sends serverSendTime before serverRecvTime; the page prints them the other way round.

    Source: documented, captures of the real platform; RFC 8259, section 4: an object is an unordered collection

    Depends on: client-any-offset

    Usual mistakes: the members are read by position; no time is ever reported

    Scenario Outline: The order is <order>
      Given the platform answers with:
        """
        <payload>
        """
      When the client asks and is answered
      Then the client reports the time that the formula gives, as in any other order

      Examples:
        | order                                          | payload                                                                                                 |
        | deviceSendTime, serverSendTime, serverRecvTime | {"deviceSendTime":{deviceSendTime},"serverSendTime":{serverSendTime},"serverRecvTime":{serverRecvTime}} |
        | deviceSendTime, serverRecvTime, serverSendTime | {"deviceSendTime":{deviceSendTime},"serverRecvTime":{serverRecvTime},"serverSendTime":{serverSendTime}} |
        | serverRecvTime, serverSendTime, deviceSendTime | {"serverRecvTime":{serverRecvTime},"serverSendTime":{serverSendTime},"deviceSendTime":{deviceSendTime}} |

  @client-accepts-any-json
  @should
  Rule: the client SHOULD accept white space and further members in a response
    JSON gives white space no meaning, and the platform may add members.

    Source: practice; RFC 8259, section 2

    Depends on: client-any-offset

    Usual mistakes: the response is searched for a text instead of parsed; a fixed buffer is too small

    Scenario Outline: The response has <what>
      Given the platform answers with:
        """
        <payload>
        """
      When the client asks and is answered
      Then the client reports the time that the formula gives

      Examples:
        | what                             | payload                                                                                                                            |
        | white space                      | { "deviceSendTime" : {deviceSendTime} , "serverRecvTime" : {serverRecvTime} , "serverSendTime" : {serverSendTime} }                |
        | lines                            | {\n  "deviceSendTime": {deviceSendTime},\n  "serverRecvTime": {serverRecvTime},\n  "serverSendTime": {serverSendTime}\n}\n              |
        | a further member before the rest | {"id":"7","deviceSendTime":{deviceSendTime},"serverRecvTime":{serverRecvTime},"serverSendTime":{serverSendTime}}                   |
        | a further member after the rest  | {"deviceSendTime":{deviceSendTime},"serverRecvTime":{serverRecvTime},"serverSendTime":{serverSendTime},"code":200}                 |
        | an object as a further member    | {"ext":{"serverSendTime":1},"deviceSendTime":{deviceSendTime},"serverRecvTime":{serverRecvTime},"serverSendTime":{serverSendTime}} |

  @client-no-time-without-answer
  @must
  Rule: the client MUST NOT report a calculated time when it was not answered
    A client that is not connected, or is connected and not answered, has no time to report. It may
    print an error, try again or exit. The platform's other services send properties, upgrades and
    the device's shadow: a time in these messages is not an answer either. Where nothing listens on
    the port, a client that waits to be told to ask is told after half of its `within`.

    Source: stated, "The system time of a device can be calibrated by using the NTP service only if the device is connected"

    Depends on: client-request-topic

    Usual mistakes: the local clock is printed when nothing came; a time in another service's message
    is taken

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
  Rule: the client MUST NOT report another time than the right one after a malformed or incomplete response
    A member is missing, or the payload is not a whole JSON object. The client may report no time, or
    the right one from the true answer that follows.

    Source: derived from "Device connection", step 3: the time is calculated from the members of a response

    Depends on: client-any-offset

    Usual mistakes: a missing member is read as 0, which gives the year 1998; a missing member keeps the
    value of the last response; a number that was cut off is taken for whole

    Scenario Outline: <what>
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

      Examples: not a whole object
        | what                            | payload                                                                                     |
        | cut off inside the last number  | {"deviceSendTime":{deviceSendTime},"serverSendTime":{serverSendTime},"serverRecvTime":15717 |
        | cut off inside the first number | {"deviceSendTime":{deviceSendTime},"serverSendTime":15717                                   |
        | cut off after a member's name   | {"deviceSendTime":{deviceSendTime},"serverSendTime":                                        |
        | an opening brace                | {                                                                                           |
        | empty                           |                                                                                             |
        | not JSON                        | hello                                                                                       |
        | null                            | null                                                                                        |
        | an array                        | [{serverRecvTime},{serverSendTime}]                                                         |
        | another service's message       | {"id":"7","code":200,"data":{},"message":"success","method":"thing.event.property.post"}    |

    Scenario Outline: <what> in the second response
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
  Rule: the client SHOULD NOT report another time than the right one after a response with a mistyped member
    A member is null, empty, a word, an object or a Boolean. The official SDK reads such a member as 0.

    Source: practice; the behaviour of the official SDK is documented by its source

    Depends on: client-any-offset

    Usual mistakes: a member that is no number is read as 0, which gives the year 1998; true is read as 1

    Scenario Outline: <what>
      Given the platform first answers with:
        """
        <payload>
        """
      When the client asks and is answered
      Then the client reports the right time or none

      Examples:
        | what                              | payload                                                                                      |
        | serverRecvTime is null            | {"deviceSendTime":{deviceSendTime},"serverSendTime":{serverSendTime},"serverRecvTime":null}  |
        | serverSendTime is null            | {"deviceSendTime":{deviceSendTime},"serverSendTime":null,"serverRecvTime":{serverRecvTime}}  |
        | serverRecvTime is an empty String | {"deviceSendTime":{deviceSendTime},"serverSendTime":{serverSendTime},"serverRecvTime":""}    |
        | serverSendTime is an empty String | {"deviceSendTime":{deviceSendTime},"serverSendTime":"","serverRecvTime":{serverRecvTime}}    |
        | serverRecvTime is true            | {"deviceSendTime":{deviceSendTime},"serverSendTime":{serverSendTime},"serverRecvTime":true}  |
        | serverSendTime is an object       | {"deviceSendTime":{deviceSendTime},"serverSendTime":{},"serverRecvTime":{serverRecvTime}}    |
        | serverSendTime is a word          | {"deviceSendTime":{deviceSendTime},"serverSendTime":"now","serverRecvTime":{serverRecvTime}} |

  @client-outlives-malformed
  @must
  Rule: the client MUST NOT hang after a malformed response
    The malformed response is the first answer to the first request; a true answer follows, and later
    requests get true answers only. A client that exits after a valid response exits or reports a time
    within its `within`. A client that asks again gets the right time at a later request; a client that
    waits to be told is told up to four times within its `within`. For a client that asks once and keeps
    running after a valid response for its whole `within`, the requirement does not apply.

    Source: derived from "Device connection", steps 2 and 3: a client that hangs never has a time again

    Depends on: client-accepts-own-type

    Usual mistakes: a lock that stays held; the client waits for an answer that it has already dropped;
    the stamp of the request before is used in the next calculation

    Scenario Outline: <what>
      Given the platform first answers with:
        """
        <payload>
        """
      When the client asks and is answered
      Then the client exits or gets its time

      Examples:
        | what                           | payload                                                                                     |
        | null                           | null                                                                                        |
        | empty                          |                                                                                             |
        | not JSON                       | hello                                                                                       |
        | cut off inside the last number | {"deviceSendTime":{deviceSendTime},"serverSendTime":{serverSendTime},"serverRecvTime":15717 |
        | every member is missing        | {}                                                                                          |
        | an array                       | [{serverRecvTime},{serverSendTime}]                                                         |
        | serverSendTime is an object    | {"deviceSendTime":{deviceSendTime},"serverSendTime":{},"serverRecvTime":{serverRecvTime}}   |

  @client-survives-malformed
  @should
  Rule: the client SHOULD NOT be killed by a signal after a malformed response
    It may exit by itself. A client that is killed by SIGSEGV or SIGABRT reads memory that is not its own,
    or has an exception that it does not catch.

    Source: practice; a payload that kills a device can be sent by any service of the platform

    Depends on: client-accepts-own-type

    Usual mistakes: an exception in a callback that is not caught; a dereferenced null

    Scenario Outline: <what>
      Given the platform first answers with:
        """
        <payload>
        """
      When the client asks and is answered
      Then the client is not killed by a signal

      Examples:
        | what                           | payload                                                                                     |
        | null                           | null                                                                                        |
        | empty                          |                                                                                             |
        | not JSON                       | hello                                                                                       |
        | cut off inside the last number | {"deviceSendTime":{deviceSendTime},"serverSendTime":{serverSendTime},"serverRecvTime":15717 |
        | every member is missing        | {}                                                                                          |
        | an array                       | [{serverRecvTime},{serverSendTime}]                                                         |
        | serverSendTime is an object    | {"deviceSendTime":{deviceSendTime},"serverSendTime":{},"serverRecvTime":{serverRecvTime}}   |

  @client-ignores-others
  @must
  Rule: the client MUST NOT take a time from a response on another device's topic
    The platform sends it only to a client whose own filter covers that topic, or that relies on automatic subscription.

    Source: derived from "Response topic", which holds the device's own product key and device name

    Depends on: client-any-offset

    Usual mistakes: the topic of an arriving message is not looked at; only its device name is

    Example: Another device's response comes first
      Given the platform first delivers another device's response, whose times are 1 h off
      When the client asks and is answered
      Then the client reports the right time or none

    Scenario Outline: The response of its device name in another product comes first, <whose> deviceSendTime
      Given the platform first delivers the response of its device name in another product, whose times are 1 h off and whose deviceSendTime is <off> off
      When the client asks and is answered
      Then the client reports the right time or none

      Examples:
        | whose             | off  |
        | with the client's | 0 ms |
        | with another      | 1 h  |
