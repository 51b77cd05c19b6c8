Feature: The content of a request
  The request is a JSON object with the device's timestamp.

  @client-sends-time
  @must
  Rule: the client MUST send a JSON object with deviceSendTime, a Long or a String of decimal digits
    A Long is written as a JSON integer. Additional members are allowed. The suite judges every
    request of the client.

    Source: stated, "Device connection", step 1: "The message includes a timestamp that indicates
    the current time of the device"

    Depends on: client-request-topic

    Usual mistakes: the member is missing or misspelled; the time is a number with a fraction; the
    time is a date in words; no time is ever reported

    Scenario Outline: The client sends a <type>
      Given the client sends a <type>
      When the client asks and is answered
      Then the request is a JSON object with deviceSendTime, a Long or a String of decimal digits

      Examples:
        | type   |
        | Long   |
        | String |

    Scenario Outline: The client sends a <type> three times
      Given the client sends a <type>
      And a client that asks more than once
      When the client asks 3 times in 1 s or more
      Then the request is a JSON object with deviceSendTime, a Long or a String of decimal digits

      Examples:
        | type   |
        | Long   |
        | String |

    Example: The first response is lost
      Given a client that asks more than once, or again where it is not answered
      And a platform that loses the first answer
      When the client asks and is answered
      Then the request is a JSON object with deviceSendTime, a Long or a String of decimal digits

    Example: The connection is cut after the first request
      Given a client that asks more than once
      And a platform that cuts the connection after the first request
      When the client asks and is answered
      Then the request is a JSON object with deviceSendTime, a Long or a String of decimal digits
