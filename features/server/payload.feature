Feature: What a response holds
  The response is a JSON object with the server's two timestamps and the timestamp of the request.

  @server-response-members
  @must
  Rule: the server MUST answer with a JSON object that holds serverRecvTime and serverSendTime
    The object may have additional members, and its members may be in any order.

    Source: stated, "How it works", step 2, and "Device connection", step 2

    Depends on: server-answers-request

    Usual mistakes: a member is misspelled; the object ends with a trailing comma, as in another
    edition of the page; the members are inside another object; some responses lack a member

    Example: The request has a Long
      Given a device that hears its response topic
      When the device asks with:
        """
        {"deviceSendTime":1571724098000}
        """
      Then the response is a JSON object with the members:
        | serverRecvTime |
        | serverSendTime |

    Example: The request has a String
      Given a device that hears its response topic
      When the device asks with:
        """
        {"deviceSendTime":"1571724098000"}
        """
      Then the response is a JSON object with the members:
        | serverRecvTime |
        | serverSendTime |

  @server-echoes-send-time
  @must
  Rule: the server MUST return the deviceSendTime of the request with all its digits
    Clients use deviceSendTime to match a response to its request, and they calculate with it. The
    clock of a device may count from its start, so small values are as valid as large ones. A
    response with the deviceSendTime of an earlier request fails this requirement.

    Source: documented, the response in other editions of the page holds deviceSendTime; the formula
    needs it

    Depends on: server-response-members

    Usual mistakes: the echo is missing; the echo went through a 32-bit integer; 0 is treated as a
    missing value; the server's own time is returned; the echo is of an earlier request; some
    responses have another deviceSendTime than their request

    Scenario Outline: deviceSendTime is <deviceSendTime>
      Given a device that hears its response topic
      When the device asks with deviceSendTime <deviceSendTime>
      Then the response returns deviceSendTime <deviceSendTime> in either type

      Examples: Longs
        | deviceSendTime |
        | 0              |
        | 1              |
        | 4500           |
        | 2147483647     |
        | 2147483648     |
        | 4294967296     |
        | 1571724098000  |

      Examples: Strings
        | deviceSendTime  |
        | "0"             |
        | "1"             |
        | "4500"          |
        | "2147483647"    |
        | "2147483648"    |
        | "4294967296"    |
        | "1571724098000" |
        | "1571724098347" |

  @server-echoes-64-bit
  @should
  Rule: the server SHOULD return a 64-bit deviceSendTime with all its digits and in the same type
    A Long has 64 bits. This is only a recommendation, for two reasons: JSON numbers above 2^53 are
    not interoperable (RFC 8259, section 6; RFC 7493, section 2.2), and no clock shows such a time
    today.

    Source: stated, "The data type of the timestamp can be Long or String"; limited by RFC 7493

    Depends on: server-echoes-send-time, server-long-stays-long, server-string-stays-string,
    server-type-per-request

    Usual mistakes: the echo went through a double; a Long above 2^53 is returned as a String; a
    request with such a time is not answered

    Scenario Outline: deviceSendTime is <deviceSendTime>
      Given a device that hears its response topic
      When the device asks with deviceSendTime <deviceSendTime>
      Then the response returns deviceSendTime <deviceSendTime> in the same type

      Examples: Longs
        | deviceSendTime      |
        | 9007199254740991    |
        | 9007199254740993    |
        | 9223372036854775807 |

      Examples: Strings
        | deviceSendTime        |
        | "9007199254740991"    |
        | "9007199254740993"    |
        | "9223372036854775807" |

  @server-accepts-any-json
  @must
  Rule: the server MUST serve a request regardless of its white space and member order
    White space and the order of members have no meaning in JSON (RFC 8259, sections 2 and 4). A
    request needs a second member to have an order. If the server does not serve a request with a
    second member, the suite does not judge the order.

    Source: derived from "Device connection", step 1: the message includes deviceSendTime, and the
    page does not limit its layout

    Depends on: server-echoes-send-time

    Usual mistakes: the request is searched as text instead of parsed; deviceSendTime is expected to
    be the first member

    Scenario Outline: The request has <what>
      Given a device that hears its response topic
      When the device asks with:
        """
        <request>
        """
      Then the server answers
      And the response returns deviceSendTime 1571724098000 in either type

      Examples:
        | what                      | request                                |
        | white space               | { "deviceSendTime" : 1571724098000 }   |
        | tabs and carriage returns | {␉"deviceSendTime"␉:␍\n1571724098000␍\n} |
        | white space around it     | \n  {"deviceSendTime":1571724098000}  \n |

    Example: deviceSendTime is the last member
      Given a device that hears its response topic
      And the server serves a request that ends with the member "version"
      When the device asks with:
        """
        {"version":"1.0","deviceSendTime":1571724098000}
        """
      Then the server answers
      And the response returns deviceSendTime 1571724098000 in either type

  @server-accepts-further-members
  @should
  Rule: the server SHOULD serve a request that has additional members
    A message that includes deviceSendTime may include more. JSON is encoded in UTF-8 (RFC 8259,
    section 8.1).

    Source: practice; "Device connection", step 1: the message includes deviceSendTime, and the page
    does not limit what else it includes

    Depends on: server-accepts-any-json

    Usual mistakes: an additional member is rejected; the request is searched as text instead of
    parsed; non-ASCII text is rejected; escaped text is rejected

    Scenario Outline: The request has <what>
      Given a device that hears its response topic
      When the device asks with:
        """
        <request>
        """
      Then the server answers
      And the response returns deviceSendTime 1571724098000 in either type

      Examples:
        | what                           | request                                                                   |
        | a member after deviceSendTime  | {"deviceSendTime":1571724098000,"id":"7"}                                 |
        | a member before deviceSendTime | {"version":"1.0","deviceSendTime":1571724098000}                          |
        | an object before it            | {"ext":{"deviceSendTime":77,"list":[1,2]},"deviceSendTime":1571724098000} |
        | an object after it             | {"deviceSendTime":1571724098000,"ext":{"deviceSendTime":77,"list":[1,2]}} |
        | a member that holds the name   | {"note":"\"deviceSendTime\":5","deviceSendTime":1571724098000}            |
        | non-ASCII text in a member     | {"deviceSendTime":1571724098000,"site":"Zürich 東京 😀"}                    |
        | escaped text in a member       | {"deviceSendTime":1571724098000,"site":"Z\u00fcrich \ud83d\ude00 \/"}     |
