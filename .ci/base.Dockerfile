FROM local/debian:extract
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN mkdir -p /tmp /app /root && chmod 1777 /tmp \
  && echo 'root:x:0:0:root:/root:/bin/sh' >/etc/passwd \
  && echo 'mosquitto:x:100:100::/:/bin/false' >>/etc/passwd \
  && printf 'root:x:0:\nmosquitto:x:100:\n' >/etc/group
COPY node /usr/bin/node
WORKDIR /app
