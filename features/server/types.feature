Feature: Long and String
  A timestamp is a Long or a String. The server answers in the type of the request.

  @server-long-stays-long
  @must
  Rule: the server MUST answer a Long with Longs
    This applies to all three members. Another requirement, server-long-is-integer, says how a Long
    is written.

    Source: stated, "The timestamps that are sent by the device and the NTP server are of the same
    data type"

    Depends on: server-response-members

    Usual mistakes: the server's timestamps are always Strings, as in the page's example; only the
    echo keeps its type

    Scenario Outline: deviceSendTime is <deviceSendTime>
      Given a newly connected device that hears its response topic
      When the device asks with deviceSendTime <deviceSendTime>
      Then each time in the response is a Long

      Examples:
        | deviceSendTime |
        | 1571724098000  |
        | 4500           |

  @server-string-stays-string
  @must
  Rule: the server MUST answer a String with Strings of decimal digits
    This applies to all three members.

    Source: stated, "if the timestamp that is sent by the device is of the STRING type, the
    timestamp that is returned by the NTP server is also of the STRING type"

    Depends on: server-response-members, server-echoes-send-time

    Usual mistakes: the server's timestamps are always Longs; a time is formatted as a date; a
    String has a fraction or an exponent; some Strings have more than digits

    Scenario Outline: deviceSendTime is <deviceSendTime>
      Given a newly connected device that hears its response topic
      When the device asks with deviceSendTime <deviceSendTime>
      Then each time in the response is a String of decimal digits

      Examples:
        | deviceSendTime  |
        | "1571724098000" |
        | "4500"          |

  @server-type-per-request
  @must
  Rule: the server MUST choose the type of each response by its request
    A device may change the type from one request to the next. Devices of one product may use
    different types. The suite also looks at the types of all other responses of the run.

    Source: stated, "The timestamps that are sent by the device and the NTP server are of the same
    data type"

    Depends on: server-long-stays-long, server-string-stays-string, server-answers-the-asker

    Usual mistakes: the type is remembered for the connection, the device or the product; some
    responses have another type than others to requests of their type

    Example: A device alternates on one connection
      Given a newly connected device that hears its response topic
      When the device asks with a Long, a String, a Long and a String in turn
      Then each response has the type of its request

    Example: A device begins with a String
      Given a newly connected device that hears its response topic
      When the device asks with a String, a Long, a String and a Long in turn
      Then each response has the type of its request

    Example: Two devices of one product ask at the same moment, one with a Long, one with a String
      Given a device that hears its response topic
      And another device of the same product that hears its own
      When the devices ask at the same moment, one with a Long, one with a String
      Then each response has the type of its request

  @server-long-is-integer
  @must
  Rule: the server MUST write a Long as a JSON integer
    An integer has no fraction, no exponent and no leading zero. For example, 1571724098110.0 and
    1.57172409811e12 are wrong.

    Source: stated, "The data type of the timestamp can be Long or String"; RFC 8259, section 6, for
    how an integer is written

    Depends on: server-long-stays-long

    Usual mistakes: the server keeps times as doubles and prints them with a fraction or an
    exponent; some Longs are not written as integers

    Scenario Outline: deviceSendTime is <deviceSendTime>
      Given a newly connected device that hears its response topic
      When the device asks with deviceSendTime <deviceSendTime>
      Then each Long in the response is written as an integer

      Examples:
        | deviceSendTime |
        | 1571724098000  |
        | 4500           |
        | 0              |
