// Packets on their way out -> the sizes of the frames of a transport that has frames, such as a WebSocket.
#pragma once

#include <cstddef>
#include <cstdint>

#include "mqtt/base/byte_runs.h"

namespace mqtt {

// MQTT does not align packets with frames [MQTT-6.0.0-2]; clients and servers do that have never met anything else.
struct TransportFrameLimits {
  // Bytes up to which packets share a frame; 0: one packet a frame.
  std::size_t gathered = 0;
  // A packet of more bytes than this is split, into frames of at most `gathered`. Not less than `gathered`; without
  // gathering nothing is split.
  std::size_t unsplit = SIZE_MAX;
};

// Every frame begins and ends with packets, but for those of a packet that is split: they hold nothing else. For one
// stream, from its begin or from the begin of a packet on.
class TransportFrames {
 public:
  explicit TransportFrames(const TransportFrameLimits& limits) : limits_(limits) {}

  // The bytes that the next frame carries, of those that begin at `ahead`. It is taken to be sent: the next one begins
  // behind it. More than there are at `ahead`, where the frame is one packet that is not all there yet. 0: a packet
  // begins at `ahead` whose length is not all there, or nothing is there.
  std::size_t next(ByteRuns ahead);

  // The stream is no MQTT: whatever is there makes a frame from now on. next() finds that out by itself where no packet
  // begins.
  void give_up() { is_lost_ = true; }

 private:
  std::size_t take_piece(std::size_t available);

  TransportFrameLimits limits_;
  std::size_t split_rest_ = 0;  // of a packet that is being split
  bool is_lost_ = false;
};

}  // namespace mqtt
