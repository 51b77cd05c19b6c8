Feature: Lost connections and malformed requests
  Devices lose their connections, and some devices send malformed requests. After such a fault, the
  server must continue to serve the other devices. It must also serve the faulty device when it
  comes back.

  @server-outlives-lost-device
  @must
  @last
  Rule: the server MUST continue to serve devices while one of them is silent or lost, and afterwards
    A device on a mobile network disappears without closing its connection, and the connection stays
    open on the server's side until a timeout. The server must serve the devices that were connected
    before and those that connect in the meantime. It must also serve the lost device when it comes
    back. While the server ends the old connection, it may lose a message at QoS 0: the device then
    sends a second request.

    Source: derived from "How it works", steps 1 and 2: a device that sends a message gets a
    response, regardless of other devices

    Depends on: server-concurrent-devices

    Usual mistakes: the server reads one connection at a time; the server blocks until it has read
    the rest of a packet; an uncaught error of one connection ends the server; a dead connection
    keeps its client id in use; the server no longer serves

    Scenario Outline: A device falls silent after it sends <sent>
      Given a device that hears its response topic
      And a lost device that has sent <sent>
      Then the server still serves the device
      And the server serves the device on a new connection

      Examples:
        | sent                |
        | nothing             |
        | half of its CONNECT |
        | half of a request   |

    Scenario Outline: The connection is reset after the device sends <sent>
      Given a device that hears its response topic
      And a lost device that has sent <sent>
      When the connection of the lost device is reset
      Then the server still serves the device
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
      Then the server serves the lost device on a new connection, at its second request at the latest
      And the server still serves the device

      Examples:
        | old                                | fate                                        |
        | was reset                          | the connection of the lost device is reset  |
        | is still open on the server's side | the connection of the lost device goes dead |

  @server-no-stale-response
  @should
  @last
  Rule: the server SHOULD NOT deliver a response from an earlier connection to a device that comes back
    The formula applies to one exchange: an old response gives a wrong time. The device stays
    disconnected for longer than any response in this run has taken.

    Source: practice; "How it works", steps 3 and 4: the device calculates with the moment at which
    it receives the response

    Depends on: server-response-not-retained

    Usual mistakes: the server stores all messages for devices that are not connected; the session
    of a device also stores messages at QoS 0

    Scenario Outline: A device comes back <how>
      Given a device that <session> and hears its response topic
      And the device has asked and lost its connection before it was answered
      When the device connects again and hears its response topic, after the answer must have been given
      Then nothing reaches the device before it asks

      Examples:
        | how                   | session                         |
        | with a new session    | keeps no session                |
        | to its stored session | has the server keep its session |

  @server-outlives-malformed
  @must
  @last
  Rule: the server MUST continue to serve the device after each malformed request
    The server must serve the device on the same connection, if the server leaves it open, and on a
    new connection. The page does not state how the server handles the malformed request itself. The
    suite does not judge this: the server may ignore the request, answer it, or close the
    connection. The report shows what the server did.

    Source: derived from "Device connection", steps 1 and 2: the server answers the next message of
    a device, regardless of earlier messages

    Depends on: server-outlives-lost-device

    Usual mistakes: an error while the request is read ends the server; an error ends the task that
    reads a connection; a recursive parser runs out of stack; the server no longer serves

    Scenario Outline: Malformed request: <what>
      Given a device that hears its response topic
      When the device publishes a request with the payload <payload>
      Then the server still serves the device, however it reacted
      And the server serves the device on a new connection

      Examples: not a JSON object
        | what           | payload                              |
        | empty          | ``                                   |
        | not JSON       | `deviceSendTime=1571724098000`       |
        | truncated JSON | `{"deviceSendTime":157172409`        |
        | null           | `null`                               |
        | a number       | `1571724098000`                      |
        | a string       | `"1571724098000"`                    |
        | an array       | `[{"deviceSendTime":1571724098000}]` |

      Examples: an object without a valid deviceSendTime
        | what                                            | payload                                                 |
        | an empty object                                 | `{}`                                                    |
        | without deviceSendTime                          | `{"serverRecvTime":1571724098000}`                      |
        | deviceSendTime is null                          | `{"deviceSendTime":null}`                               |
        | deviceSendTime is true                          | `{"deviceSendTime":true}`                               |
        | deviceSendTime is an object                     | `{"deviceSendTime":{"ms":1}}`                           |
        | deviceSendTime is an array                      | `{"deviceSendTime":[1571724098000]}`                    |
        | deviceSendTime is a fraction                    | `{"deviceSendTime":1.5}`                                |
        | deviceSendTime is negative                      | `{"deviceSendTime":-1}`                                 |
        | deviceSendTime has an exponent                  | `{"deviceSendTime":1e12}`                               |
        | deviceSendTime exceeds any double               | `{"deviceSendTime":1e999}`                              |
        | deviceSendTime is an empty String               | `{"deviceSendTime":""}`                                 |
        | deviceSendTime is a String of letters           | `{"deviceSendTime":"abc"}`                              |
        | deviceSendTime is a String with a fraction      | `{"deviceSendTime":"1.5"}`                              |
        | deviceSendTime is a String with a leading space | `{"deviceSendTime":" 1571724098000"}`                   |
        | deviceSendTime twice                            | `{"deviceSendTime":1571724098000,"deviceSendTime":"2"}` |

      Examples: bytes that are not text, or bytes in addition to the text
        | what                      | payload                                               |
        | not UTF-8                 | `{"deviceSendTime":1571724098000,"x":"\xFF\xFE\xC3"}` |
        | a leading byte order mark | `\xEF\xBB\xBF{"deviceSendTime":1571724098000}`        |
        | a NUL inside the text     | `{"deviceSendTime":"15717\x0024098000"}`              |
        | a NUL after the text      | `{"deviceSendTime":1571724098000}\x00`                |

    Scenario Outline: The request has <amount> <of what>
      Given a device that hears its response topic
      When the device publishes a request with <amount> <of what>
      Then the server still serves the device, however it reacted
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
