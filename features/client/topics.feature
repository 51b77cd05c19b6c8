Feature: The topics of a client
  The client publishes its request on the request topic of its own device, and receives the response
  on the response topic of the same device.

  @client-request-topic
  @must
  Rule: the client MUST publish its request on exactly "/ext/ntp/{productKey}/{deviceName}/request"
    The suite gives the client a product key and a device name, and some of them are unusual. A
    device name has 4 to 32 characters: letters, digits, `-`, `_`, `@`, `:` and `.`. The suite
    judges every request of the client.

    Source: stated, "Request topic" and "Device connection", step 1

    Usual mistakes: product key and device name are swapped; the leading slash is missing; the topic
    is built in a buffer that is too small; characters of a name are encoded or replaced; the case
    of letters in a name is changed; no time is ever reported

    Example: A device that the suite chooses
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
        | "A1zZ09Suite/A-b_c@D:e.F"                      |

    Example: The client asks three times
      Given a client that asks more than once
      When the client asks 3 times in 1 s or more
      Then the request is published on its own request topic

    Example: The first response is lost
      Given a client that asks more than once, or again where it is not answered
      And a platform that loses the first answer
      When the client asks and is answered
      Then the request is published on its own request topic

    Example: The connection is cut after the first request
      Given a client that asks more than once
      And a platform that cuts the connection after the first request
      When the client asks and is answered
      Then the request is published on its own request topic

  @client-hears-response
  @must
  Rule: the client MUST be able to receive the response when it arrives
    The client sends a SUBSCRIBE with a filter that covers its response topic before it publishes
    its request. It need not wait for the SUBACK. A client that relies on automatic subscription
    declares the capability `auto-subscription`; this requirement does not apply to it.

    Source: derived from "Device connection", step 2: "The device receives a response"

    Depends on: client-request-topic

    Usual mistakes: the client sends the SUBSCRIBE after the request; the client does not subscribe;
    product key and device name are swapped in the filter; the client subscribes to the request
    topic instead; no time is ever reported

    Example: The client subscribes before it asks
      Given a client that does not rely on automatic subscription
      When the client asks and is answered
      Then a filter that covers its response topic was subscribed before the request

    Example: The client asks three times
      Given a client that does not rely on automatic subscription
      And a client that asks more than once
      When the client asks 3 times in 1 s or more
      Then a filter that covers its response topic was subscribed before the request

  @client-hears-only-its-own
  @should
  Rule: the client SHOULD NOT subscribe to the responses of other devices
    A client that does not receive another device's response cannot mistake it for its own. The real
    platform refuses such a subscription. The suite judges every subscription of the client,
    including those that the client later replaces or removes.

    Source: practice; the page names one response topic, with the device's own product key and
    device name

    Depends on: client-request-topic

    Usual mistakes: the filter has "+" in place of the device name; the client subscribes to "#"

    Example: The client's filters
      When the client asks and is answered
      Then no filter covers another device's response topic

    Example: The client asks three times
      Given a client that asks more than once
      When the client asks 3 times in 1 s or more
      Then no filter covers another device's response topic
