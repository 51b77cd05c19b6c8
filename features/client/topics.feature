Feature: The topics of an NTP client
  The client asks on the request topic of its own device and hears the answer on its own response topic.

  @client-request-topic
  @must
  Rule: the client MUST publish its request on exactly "/ext/ntp/{productKey}/{deviceName}/request"
    With the product key and the device name that it was given, also unusual ones: device names have 4 to 32 letters, digits, `-`,
    `_`, `@`, `:` and `.`. Every request of the client is judged.

    Source: stated, "Request topic" and "Device connection", step 1

    Usual mistakes: product key and device name are swapped; the leading slash is missing; the topic is built in a buffer that is
    too small; characters of a name are encoded or replaced; capital letters of a name become small ones; no time is ever reported

    Example: A device of the suite's choice
      When the client asks and is answered
      Then the request is published on its own request topic

    Scenario Outline: The device <device>
      Given the client is the device <device>
      When the client asks and is answered
      Then the request is published on its own request topic

      Examples:
        | device                                         |
        | "a1NtpSuite1/dev1"                             |
        | "a1NtpSuite1/abcdefghijklmnopqrstuvwxyz012345" |
        | "A1zZ09Suite/a-b_c@d:e.f"                      |

    Example: The client asks three times
      Given a client that asks more than once
      When the client asks 3 times in 1 s or more
      Then the request is published on its own request topic

  @client-hears-response
  @must
  Rule: the client MUST be able to hear the response when it comes
    It has sent a SUBSCRIBE with a filter that covers its response topic before it publishes; it need not have waited for the
    SUBACK.
    A client that relies on automatic subscription declares the capability `auto-subscription`, and nothing is asked of it here.

    Source: derived from "Device connection", step 2: "The device receives a response"

    Depends on: client-request-topic

    Usual mistakes: the SUBSCRIBE is sent after the request; there is none; product key and device name are swapped in the filter;
    the topic of the request is subscribed instead; no time is ever reported

    Example: The client subscribes before it asks
      Given a client without automatic subscription
      When the client asks and is answered
      Then a filter that covers its response topic was subscribed before the request

    Example: The client asks three times
      Given a client without automatic subscription
      And a client that asks more than once
      When the client asks 3 times in 1 s or more
      Then a filter that covers its response topic was subscribed before the request

  @client-hears-only-its-own
  @should
  Rule: the client SHOULD NOT subscribe to other devices' responses
    What it does not hear it cannot take for its own. The real platform refuses such a subscription. Every subscription of the
    client is judged, also one that it replaces or removes.

    Source: practice; the page names one response topic, with the device's own product key and device name

    Depends on: client-request-topic

    Usual mistakes: "+" in the place of the device name; a subscription of "#"

    Example: The client's filters
      When the client asks and is answered
      Then no filter covers another device's response topic

    Example: The client asks three times
      Given a client that asks more than once
      When the client asks 3 times in 1 s or more
      Then no filter covers another device's response topic
