Feature: Long and String
  A timestamp is a Long or a String; the server answers in the type that it was asked in.

  @server-long-stays-long
  @must
  Rule: the server MUST answer a Long with Longs
    All three members. How a Long is written is a requirement of its own.

    Source: stated, "The timestamps that are sent by the device and the NTP server are of the same data type"

    Depends on: server-response-members

    Usual mistakes: the server's stamps are always Strings, as the page's example prints them; only the echo keeps its type

    Scenario Outline: deviceSendTime is <deviceSendTime>
      Given a device that hears its response topic
      When the device asks with deviceSendTime <deviceSendTime>
      Then each time in the response is a Long

      Examples:
        | deviceSendTime |
        | 1571724098000  |
        | 4500           |

  @server-string-stays-string
  @must
  Rule: the server MUST answer a String with Strings of decimal digits
    All three members.

    Source: stated, "if the timestamp that is sent by the device is of the STRING type, the timestamp that is returned by the NTP
    server is also of the STRING type"

    Depends on: server-response-members, server-echoes-send-time

    Usual mistakes: the server's stamps are always Longs; a time is formatted as a date; a String has a fraction or an exponent

    Scenario Outline: deviceSendTime is <deviceSendTime>
      Given a device that hears its response topic
      When the device asks with deviceSendTime <deviceSendTime>
      Then each time in the response is a String of decimal digits

      Examples:
        | deviceSendTime  |
        | "1571724098000" |
        | "4500"          |

  @server-type-per-request
  @must
  Rule: the server MUST decide the type by each request
    A device may change its mind, and devices of one product may differ.

    Source: stated, "The timestamps that are sent by the device and the NTP server are of the same data type"

    Depends on: server-long-stays-long, server-string-stays-string, server-answers-the-asker

    Usual mistakes: the type is remembered for the connection, the device or the product

    Example: A device alternates on one connection
      Given a device that hears its response topic
      When the device asks with a Long, a String, a Long and a String in turn
      Then each response has the type of its request

    Example: A device begins with a String
      Given a device that hears its response topic
      When the device asks with a String, a Long, a String and a Long in turn
      Then each response has the type of its request

    Example: Two devices of one product ask at the same moment, one with a Long, one with a String
      Given a device that hears its response topic
      And another device of the same product that hears its own
      When both devices ask at the same moment, one with a Long, one with a String
      Then each response has the type of its request

  @server-long-is-integer
  @must
  Rule: the server MUST write a Long as a JSON integer
    No fraction, no exponent, no leading zero: 1571724098110.0 and 1.57172409811e12 are not how a Long is written.

    Source: stated, "The data type of the timestamp can be Long or String"; RFC 8259, section 6, for how an integer is written

    Depends on: server-long-stays-long

    Usual mistakes: times are doubles in the server's language and printed as such

    Scenario Outline: deviceSendTime is <deviceSendTime>
      Given a device that hears its response topic
      When the device asks with deviceSendTime <deviceSendTime>
      Then each Long in the response is written as an integer

      Examples:
        | deviceSendTime |
        | 1571724098000  |
        | 4500           |
        | 0              |
