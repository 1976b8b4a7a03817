// When the client owes the server a PINGREQ, and when the server counts as gone: from the bytes that move.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "mqtt/base/time.h"

namespace mqtt {

// Of one transport at a time. Two questions that have different answers:
//
// - A PINGREQ is due when nothing of the client's has left it for three quarters of the Keep Alive, whatever comes in
//   meanwhile and however many PINGREQs are unanswered [MQTT-3.1.2-20]; three quarters, because one that leaves when
//   the whole has passed arrives later than that. It is also due when the server has been silent for as long, since a
//   dead connection takes what is sent to it for a long time. One that has not left yet is enough.
// - The server is gone when a PINGREQ is unanswered and no byte has moved for the time-out. Bytes that come in count,
//   and bytes that go out in front of the PINGREQ; what goes out behind it says nothing about the other end.
//
// What has left the host is on its way for a time that the host cannot see, in buffers of kernels and of the network:
// the server is given that time too, by the rate of a slow line.
class ClientKeepAlive {
 public:
  // Another transport is open; nothing of the output has been taken. `seconds` 0: no PINGREQ is ever due.
  void begin(std::uint16_t seconds, Instant now);
  // The CONNACK came, perhaps with a Keep Alive of its own [MQTT-3.2.2-21]; what was sent before it has arrived.
  void connected(std::uint16_t seconds, Instant now);
  // The transport is given up: nothing is awaited any more.
  void end() { *this = ClientKeepAlive(); }

  // --- what moves
  // The host took `bytes` of the output.
  void note_taken(std::size_t bytes, Instant now);
  // Of all that it took so many have not left it. What it takes from then on goes behind them, until it says 0.
  void note_unsent(std::size_t bytes, Instant now);
  void note_received(Instant now);
  // A PINGREQ was written; with it, `waiting` bytes wait in the output.
  void note_ping(std::size_t waiting, Instant now);
  void note_pingresp(Instant now);

  // --- what is due
  bool awaits_pingresp() const { return awaited_end_ != 0; }
  Instant ping_due_at() const;      // kNever: none
  Instant pingresp_due_at() const;  // kNever: none is awaited

  // --- what has become of the output
  // The time at which some of it left the host last; nullopt if none has.
  std::optional<Instant> last_left() const;
  bool has_unsent() const { return unsent_ > 0; }

 private:
  void note_left(Instant now);
  void bound_arrival(Instant now);

  Duration interval_{};  // of pings; zero: there are none
  Duration timeout_{};
  // Bytes of the transport's output, counted from its beginning.
  std::uint64_t taken_ = 0;          // by the host
  std::uint64_t unsent_ = 0;         // of them, the last
  std::uint64_t left_ = 0;           // the others
  std::uint64_t arrived_ = 0;        // at the server, for certain
  std::uint64_t awaited_end_ = 0;    // of the oldest PINGREQ without an answer; 0: there is none
  std::uint64_t last_ping_end_ = 0;  // of the last PINGREQ
  Instant last_left_;
  Instant last_heard_;
  Instant last_moved_;          // of what counts for the awaited PINGRESP
  Instant arrives_by_;          // what has left, on a slow line
  Instant awaited_arrives_by_;  // the PINGREQ whose answer is awaited, and what is in front of it
};

}  // namespace mqtt
