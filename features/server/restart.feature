Feature: Restart of the server
  Servers are restarted for an update or after a power failure. Their devices continue to ask.

  @server-comes-back
  @should
  @last
  @alone
  Rule: the server SHOULD serve again after its container or process is restarted
    The suite starts a container again in the state in which it ended. It starts a process with the
    same command in the same folder. The port may change. The requirement does not apply if the
    suite did not start the server.

    Source: practice; the page says nothing about restarts, but a device that asks after a restart
    still needs a response

    Depends on: server-answers-request

    Usual mistakes: a lock file or a socket of an earlier start prevents the next start; a stored
    session or queue cannot be read again; the server no longer serves

    Example: The server is ended by SIGTERM
      Given a server that the suite has started
      When the server is ended by SIGTERM and started again
      Then the server serves a device on a new connection

    Example: The server is killed by SIGKILL
      Given a server that the suite has started
      When the server is ended by SIGKILL and started again
      Then the server serves a device on a new connection
