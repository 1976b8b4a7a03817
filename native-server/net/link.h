// The two ends of every connection: a Link moves bytes both ways, its LinkListener knows what they are for.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "mqtt/base/bytes.h"
#include "net/close_code.h"

namespace wasmqtt {

using mqtt::Bytes;

// How a link ended that its listener did not close.
struct LinkEnd {
  bool orderly = false;  // the peer said that it was going: end of stream, or a Close frame with code 1000 or 1001
  std::string text;      // for a log: "the peer closed the connection"
  bool by_peer = false;  // it closed the connection, or its system knows of none
};

class LinkListener {
 public:
  // Bytes arrived, in any slicing. The view ends with the call.
  virtual void on_bytes(Bytes bytes) = 0;
  // There is room again, after write() took less than it was offered.
  virtual void on_writable() = 0;
  // The peer is gone or broke the transport's rules; the link carries nothing any more. Said at most once, and not
  // after close() or abort().
  virtual void on_end(const LinkEnd& end) = 0;

 protected:
  ~LinkListener() = default;
};

// A transport of bytes that owns no buffer: what write() does not take stays with the caller. One thread's. Only a
// posted handler may destroy a listener; a link may be let go of at any time.
class Link {
 public:
  virtual ~Link() = default;

  // Calls `listener`, which must live until it was told on_end() or has called close() or abort(), from now on.
  virtual void start(LinkListener& listener) = 0;
  // Takes as many bytes from the front of `parts` as the kernel does now and answers how many. After an answer short
  // of everything comes on_writable(); until then it takes nothing, and what was not taken must be offered again, in
  // the same order.
  virtual std::size_t write(std::span<const Bytes> parts) = 0;
  // Has on_writable() called when the kernel has room, though nothing is waiting: to give others a turn during a long
  // transfer.
  virtual void want_writable() = 0;
  // Back-pressure: no on_bytes() from pause() on until resume(). Meanwhile a peer that leaves may go unnoticed.
  virtual void pause() = 0;
  virtual void resume() = 0;
  // Ends the connection after what write() took; the code and the text (at most 123 bytes are sent) go to a WebSocket
  // peer.
  virtual void close(CloseCode code, std::string_view text) = 0;
  // Ends it at once.
  virtual void abort() = 0;
  // The time that a closing link was given is over.
  virtual void expire() = 0;
  // Bounds the time in which the peer has to take what is left for it: then comes on_end().
  virtual void limit_remaining_time() = 0;

  virtual std::string peer() const = 0;
  virtual bool is_web_socket() const = 0;
  // Whether the peer is a part of this program.
  virtual bool is_of_host() const { return false; }
};

// What connections are handed to once they carry MQTT: the broker, or the relay to another one.
class LinkAcceptor {
 public:
  virtual ~LinkAcceptor() = default;
  virtual void accept(std::shared_ptr<Link> link) = 0;
  // Ends every connection, politely, and starts nothing that would keep the reactor running.
  virtual void shut_down() = 0;
};

}  // namespace wasmqtt
