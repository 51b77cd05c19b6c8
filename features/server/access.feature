Feature: Access to the NTP service
  The platform identifies each device by its credentials. A device may use only its own topics.

  @server-refuses-strangers
  @must
  @authentication
  Rule: the server MUST refuse a connection with wrong credentials
    The server refuses a connection in one of two ways: it sends a CONNACK that refuses it, or it
    closes the connection, with or without a CONNACK, before it serves anything. A server that
    accepts the connection and leaves it open has not refused it, even if it answers no request.

    The server must serve the device with the right credentials before and after each attempt, so
    that only the credentials make the difference. The suite tries both MQTT 3.1.1 and MQTT 5,
    because a stranger can choose either version.

    Source: derived from "Request topic", where the topics contain the ProductKey and DeviceName of
    the device certificate: a server that accepts any credentials does not know which device is
    connected

    Depends on: server-answers-request

    Usual mistakes: anonymous connections are allowed in addition to those with a password; only the
    user name is checked; the password of any device is accepted; only the beginning of the password
    is compared; one version of MQTT is not checked; requests are served before CONNECT is checked

    Scenario Outline: A stranger with <wrong>, in MQTT <version>
      Given a device that hears its response topic
      And the device has asked, been answered and disconnected
      When a stranger connects in its place with <wrong>, in MQTT <version>, and asks when it is accepted
      Then the server refuses the stranger
      And the server still serves the device

      Examples:
        | wrong                                         | version |
        | a wrong password                              | 3.1.1   |
        | a wrong password                              | 5       |
        | the right password and one more character     | 3.1.1   |
        | the right password without its last character | 3.1.1   |
        | no password                                   | 3.1.1   |
        | no password                                   | 5       |
        | no user name and no password                  | 3.1.1   |
        | no user name and no password                  | 5       |
        | an unknown user name                          | 3.1.1   |
        | an unknown user name                          | 5       |
        | another device's password                     | 3.1.1   |
        | another device's password                     | 5       |

    Scenario Outline: A stranger that asks before it is accepted, in MQTT <version>
      Given a device that hears its response topic
      And the device has asked, been answered and disconnected
      When a stranger connects in its place with a wrong password, in MQTT <version>, and asks at once
      Then the server refuses the stranger
      And the server still serves the device

      Examples:
        | version |
        | 3.1.1   |
        | 5       |

    @tls
    Example: A stranger without a client certificate
      Given a device that hears its response topic
      And the device has asked, been answered and disconnected
      When a stranger connects in its place with no certificate, in its MQTT version, and asks when it is accepted
      Then the server refuses the stranger
      And the server still serves the device

  @server-keeps-devices-apart
  @must
  @access-control
  Rule: the server MUST NOT let a device ask in another device's name or receive another device's response
    The server may prevent this in any way: it may refuse the subscription, grant it and deliver
    nothing, ignore the message, or close the connection. A device that receives a response without
    a request gets a wrong time.

    Source: derived from "Request topic" and "Response topic", which contain the product key and
    device name of one device

    Depends on: server-answers-the-asker

    Usual mistakes: the server checks the device when it connects, but not when it publishes and
    subscribes; filters with wildcards are not checked, or only their text is compared; names are
    compared only by their beginning, without regard to case, or without the product key

    Example: Another device of the same product asks in the device's name
      Given a device that hears its response topic
      When another device of the same product asks in its name
      Then the server does not answer it

    Scenario Outline: <other> asks in the name of <device>
      Given the device <device> that hears its response topic
      When the device <other> asks in its name
      Then the server does not answer it

      Examples: the same device name in another product
        | device                | other                 |
        | "a1NtpSuite1/probe-1" | "a1NtpSuite2/probe-1" |

      Examples: one device name is the beginning of the other, or differs from it only in case
        | device                 | other                  |
        | "a1NtpSuite1/probe-1"  | "a1NtpSuite1/probe-10" |
        | "a1NtpSuite1/probe-10" | "a1NtpSuite1/probe-1"  |
        | "a1NtpSuite1/probe-1"  | "a1NtpSuite1/PROBE-1"  |

    Scenario Outline: Another device of the same product listens to <filter>
      Given a device that hears its response topic
      And another device of the same product that listens to "<filter>"
      When the device asks
      Then the server answers
      And the response does not reach the other device

      Examples:
        | filter                                                   |
        | /ext/ntp/{productKey}/{deviceName}/response              |
        | /ext/ntp/{productKey}/{deviceName}/+                     |
        | /ext/ntp/{productKey}/{deviceName}/#                     |
        | /ext/ntp/{productKey}/+/response                         |
        | /ext/ntp/+/+/response                                    |
        | /ext/ntp/#                                               |
        | +/+/+/+/+/+                                              |
        | #                                                        |
        | $share/suite//ext/ntp/{productKey}/{deviceName}/response |

    Scenario Outline: <other> listens to the response topic of <device>
      Given the device <device> that hears its response topic
      And the device <other> that listens to "/ext/ntp/{productKey}/{deviceName}/response"
      When the device asks
      Then the server answers
      And the response does not reach the other device

      Examples: the same device name in another product
        | device                | other                 |
        | "a1NtpSuite1/probe-1" | "a1NtpSuite2/probe-1" |

      Examples: one device name is the beginning of the other, or differs from it only in case
        | device                 | other                  |
        | "a1NtpSuite1/probe-1"  | "a1NtpSuite1/probe-10" |
        | "a1NtpSuite1/probe-10" | "a1NtpSuite1/probe-1"  |
        | "a1NtpSuite1/probe-1"  | "a1NtpSuite1/PROBE-1"  |
