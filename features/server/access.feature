Feature: Access to the NTP service
  The platform knows its devices by their credentials, and a device may use its own topics only.

  @server-refuses-strangers
  @must
  @authentication
  Rule: the server MUST refuse a connection with wrong credentials
    A CONNACK that refuses is a refusal, and so is a connection that the server closes, with or without CONNACK, before it has
    served anything. A server that accepts the connection and leaves it open has not refused it, even where nothing is answered.
    The device with the right credentials is served before and after, so that only the credentials make the difference. The
    suite tries both MQTT 3.1.1 and MQTT 5, as a stranger chooses which one it speaks.

    Source: derived from "Request topic", where the topics hold the ProductKey and DeviceName of the device certificate: a server
    that lets anybody in knows no device

    Depends on: server-answers-request

    Usual mistakes: anonymous connections are allowed beside those with a password; only the user name is looked up; the password
    is compared with those of all devices; the check is missing for one version of MQTT; requests are served before CONNECT is
    checked

    Scenario Outline: A stranger with <wrong>, in MQTT <version>
      Given a device that hears its response topic
      And the device has asked, been answered and disconnected
      When a stranger connects in its place with <wrong>, in MQTT <version>
      Then the server refuses the stranger
      And the server still serves the device

      Examples:
        | wrong                        | version |
        | a wrong password             | 3.1.1   |
        | a wrong password             | 5       |
        | no password                  | 3.1.1   |
        | no password                  | 5       |
        | no user name and no password | 3.1.1   |
        | no user name and no password | 5       |
        | an unknown user name         | 3.1.1   |
        | an unknown user name         | 5       |
        | another device's password    | 3.1.1   |
        | another device's password    | 5       |

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
    Example: A stranger without the certificate that devices show
      Given a device that hears its response topic
      And the device has asked, been answered and disconnected
      When a stranger connects in its place without a certificate
      Then the server refuses the stranger
      And the server still serves the device

  @server-keeps-devices-apart
  @must
  @access-control
  Rule: the server MUST NOT let a device ask in another's name, nor hear another's response
    The server may prevent it in any way: it may refuse the subscription, grant it and deliver nothing, ignore the message, or
    close the connection. A response that reaches a device that did not ask is a wrong time for that device.

    Source: derived from "Request topic" and "Response topic", which hold the product key and device name of one device

    Depends on: server-answers-the-asker

    Usual mistakes: devices are told apart when they connect and not when they publish and subscribe; filters with wildcards are
    not checked, or by their text; names are compared by their beginning, without regard to case, or without the product key

    Example: Another device of the same product asks in the device's name
      Given a device that hears its response topic
      When another device of the same product asks in its name
      Then the server does not answer the device

    Scenario Outline: <other> asks in the name of <device>
      Given the device <device> that hears its response topic
      When the device <other> asks in its name
      Then the server does not answer the device

      Examples: the same device name in another product
        | device                | other                 |
        | "a1NtpSuite1/probe-1" | "a1NtpSuite2/probe-1" |

      Examples: device names that are beginnings of one another, or differ in case
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
      And the device <other> that listens to it as well
      When the device asks
      Then the server answers
      And the response does not reach the other device

      Examples: the same device name in another product
        | device                | other                 |
        | "a1NtpSuite1/probe-1" | "a1NtpSuite2/probe-1" |

      Examples: device names that are beginnings of one another, or differ in case
        | device                 | other                  |
        | "a1NtpSuite1/probe-1"  | "a1NtpSuite1/probe-10" |
        | "a1NtpSuite1/probe-10" | "a1NtpSuite1/probe-1"  |
        | "a1NtpSuite1/probe-1"  | "a1NtpSuite1/PROBE-1"  |
