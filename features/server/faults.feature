Feature: Broken links and malformed requests
  Devices vanish, and some of them send nonsense. What one device does must not stop the server from serving the others, nor
  that device itself when it comes back.

  @server-outlives-lost-device
  @must
  Rule: the server MUST still serve, meanwhile and afterwards, when a device has vanished or fallen silent
    A device on a mobile network vanishes without a word, and its connection stays open on the server's side until a time-out.
    Served are those who were connected before, those who connect meanwhile, and the device itself when it comes back.

    Source: derived from "How it works", steps 1 and 2: a device that sends a message gets a response, whatever became of others

    Depends on: server-concurrent-devices

    Usual mistakes: the server reads one connection at a time; it waits in a read for the rest of a packet; an error of a
    connection that nobody catches ends it; a client id stays taken by a connection that is dead; the server no longer serves

    Scenario Outline: A device falls silent after it has sent <sent>
      Given a device that hears its response topic
      And a lost device that has sent <sent>
      Then the server still serves the device beside it
      And the server serves the device on a new connection

      Examples:
        | sent                |
        | nothing             |
        | half of its CONNECT |
        | half of a request   |

    Scenario Outline: The connection of a device that has sent <sent> is reset
      Given a device that hears its response topic
      And a lost device that has sent <sent>
      When the connection of the lost device is reset
      Then the server still serves the device beside it
      And the server serves the device on a new connection

      Examples:
        | sent                |
        | nothing             |
        | half of its CONNECT |
        | half of a request   |
        | a request           |

    Scenario Outline: A device comes back, and its old connection <old>
      Given a device that hears its response topic
      And a lost device that has sent a request
      When <fate>
      Then the server serves the lost device on a new connection
      And the server still serves the device beside it

      Examples:
        | old                                | fate                                        |
        | was reset                          | the connection of the lost device is reset  |
        | is still open on the server's side | the connection of the lost device goes dead |

  @server-no-stale-response
  @should
  Rule: the server SHOULD NOT deliver the response of an old session to a device that comes back
    The formula is about one exchange: an old response is a wrong time. The device stays away for longer than the server has taken
    for any answer in this run.

    Source: practice; "How it works", steps 3 and 4, calculates with the moment at which the response comes

    Depends on: server-response-not-retained

    Usual mistakes: messages for devices that are away are stored, whatever they are; the session of a device keeps its queue at
    QoS 0

    Scenario Outline: A device comes back <how>
      Given a device that <session> and hears its response topic
      And the device has asked and lost its connection before it was answered
      When the device comes back when the answer must have been given
      Then nothing reaches the device before it asks

      Examples:
        | how                                        | session                         |
        | with a new session                         | keeps no session                |
        | to the session that it had the server keep | has the server keep its session |

  @server-outlives-malformed
  @must
  Rule: the server MUST still serve after each malformed request
    On the same connection where the server left it open, and on a new one. What the server does about the malformed request
    itself is not stated and never judged: it may be silent, answer, or close the connection. The report says what it did.

    Source: derived from "Device connection", steps 1 and 2: the next message of a device is to be answered, whatever came before

    Depends on: server-outlives-lost-device

    Usual mistakes: an error while the request is read ends the server; an error ends the task that reads a connection; a parser
    that calls itself runs out of stack; the server no longer serves

    Scenario Outline: The request is <what>
      Given a device that hears its response topic
      When the device publishes as its request <payload>
      Then the server still serves the device, whatever it did about it
      And the server serves the device on a new connection

      Examples: no JSON object
        | what           | payload                              |
        | empty          | ``                                   |
        | not JSON       | `deviceSendTime=1571724098000`       |
        | truncated JSON | `{"deviceSendTime":157172409`        |
        | null           | `null`                               |
        | a number       | `1571724098000`                      |
        | a string       | `"1571724098000"`                    |
        | an array       | `[{"deviceSendTime":1571724098000}]` |

      Examples: an object without a deviceSendTime that could be one
        | what                                   | payload                                                 |
        | an empty object                        | `{}`                                                    |
        | without deviceSendTime                 | `{"serverRecvTime":1571724098000}`                      |
        | with null                              | `{"deviceSendTime":null}`                               |
        | with true                              | `{"deviceSendTime":true}`                               |
        | with an object                         | `{"deviceSendTime":{"ms":1}}`                           |
        | with an array                          | `{"deviceSendTime":[1571724098000]}`                    |
        | with a fraction                        | `{"deviceSendTime":1.5}`                                |
        | with a negative number                 | `{"deviceSendTime":-1}`                                 |
        | with an exponent                       | `{"deviceSendTime":1e12}`                               |
        | with an exponent beyond any double     | `{"deviceSendTime":1e999}`                              |
        | with an empty String                   | `{"deviceSendTime":""}`                                 |
        | with a String of letters               | `{"deviceSendTime":"abc"}`                              |
        | with a String of a fraction            | `{"deviceSendTime":"1.5"}`                              |
        | with a String that begins with a space | `{"deviceSendTime":" 1571724098000"}`                   |
        | with deviceSendTime twice              | `{"deviceSendTime":1571724098000,"deviceSendTime":"2"}` |

      Examples: bytes that are no text, or more than the text
        | what                         | payload                                               |
        | not UTF-8                    | `{"deviceSendTime":1571724098000,"x":"\xFF\xFE\xC3"}` |
        | begun with a byte order mark | `\xEF\xBB\xBF{"deviceSendTime":1571724098000}`        |
        | with a NUL inside            | `{"deviceSendTime":"15717\x0024098000"}`              |
        | with a NUL after it          | `{"deviceSendTime":1571724098000}\x00`                |

    Scenario Outline: The request has <amount> <of what>
      Given a device that hears its response topic
      When the device publishes a request with <amount> <of what>
      Then the server still serves the device, whatever it did about it
      And the server serves the device on a new connection

      Examples:
        | amount | of what                                |
        | 400    | digits in a Long                       |
        | 400    | digits in a String                     |
        | 10000  | levels of nested arrays                |
        | 10000  | levels of nested objects               |
        | 10000  | levels of arrays that are never closed |
        | 256    | KiB of white space                     |
        | 1024   | KiB of text in a further member        |
        | 1024   | KiB that are no JSON                   |
