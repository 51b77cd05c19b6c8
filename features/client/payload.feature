Feature: What a request holds
  The request is a JSON object with the device's timestamp.

  @client-sends-time
  @must
  Rule: the client MUST send a JSON object with deviceSendTime, a Long or a String of decimal digits
    A Long is written as a JSON integer. Further members are fine. Every request of the client is judged.

    Source: stated, "Device connection", step 1: "The message includes a timestamp that indicates the current time of the device"

    Depends on: client-request-topic

    Usual mistakes: the member is missing or misspelled; a double with a fraction; a date in words; no time is ever reported

    Example: The client asks
      When the client asks and is answered
      Then the request is a JSON object with deviceSendTime, a Long or a String of decimal digits

    Example: The client asks three times
      Given a client that asks more than once
      When the client asks 3 times in 1 s or more
      Then the request is a JSON object with deviceSendTime, a Long or a String of decimal digits
