// A server's stream of packets -> WebSocket data frames on the link below, in as few writes as can be.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "mqtt/base/byte_runs.h"
#include "mqtt/base/bytes.h"
#include "mqtt/connection/transport_frames.h"

namespace wasmqtt {

class Link;

// For clients that are known to take several packets in a frame. Common clients refuse messages above 1 MiB, and a
// receiver sees nothing of a frame before it is whole; but there are readers, u8-mqtt for one, that lose their way
// where a packet is split, and 3 MiB is what people send.
inline constexpr mqtt::TransportFrameLimits kPackedFrames{.gathered = 1024 * 1024, .unsplit = 4 * 1024 * 1024};
inline constexpr mqtt::TransportFrameLimits kOnePacketFrames{};

class WebSocketOutput {
 public:
  explicit WebSocketOutput(const mqtt::TransportFrameLimits& limits) : place_(limits) {}

  // False while a frame is begun and not ended: until then no other may be written.
  bool is_between_frames() const { return place_.frame_rest == 0 && place_.header_begin == place_.header_end; }

  // Bytes that were taken and not written: the begin of a packet that is waited for, so that what comes in pieces
  // leaves in whole packets all the same. They go in front of what is offered next.
  mqtt::Bytes held() const { return held_.view(); }

  // Writes frames of what lies at `ahead`, and goes on by what left. `memory` is for putting them together. False when
  // the transport takes no more.
  bool send(Link& transport, std::span<std::uint8_t> memory, mqtt::ByteRuns& ahead);
  // The same up to the end of the frame that is begun.
  bool finish_frame(Link& transport, std::span<std::uint8_t> memory, mqtt::ByteRuns& ahead);

  // Behind the two: `sent` bytes of what was held and what was offered have left, `rest` has not. Holds the rest of
  // what was offered, if that `is_waited_for`.
  void settle(std::size_t sent, mqtt::ByteRuns rest, bool is_waited_for);

 private:
  // Where the stream stands: a frame is begun once its header is made.
  struct Place {
    explicit Place(const mqtt::TransportFrameLimits& limits) : frames(limits) {}

    mqtt::TransportFrames frames;
    std::size_t frame_rest = 0;  // payload of the begun frame that was not written
    std::array<std::uint8_t, 10> header{};
    std::uint8_t header_begin = 0;  // bytes of the header that were written
    std::uint8_t header_end = 0;
  };
  enum class Until : std::uint8_t { Nothing, FrameEnd };

  bool write(Link& transport, std::span<std::uint8_t> memory, mqtt::ByteRuns& ahead, Until until);
  template <typename Emit>
  static void walk(Place& place, mqtt::ByteRuns& ahead, std::size_t most, Until until, Emit&& emit);
  static bool begin_frame(Place& place, const mqtt::ByteRuns& ahead);
  void recognise_stream(const mqtt::ByteRuns& ahead);

  Place place_;
  mqtt::ByteBuffer held_;
  bool has_begun_ = false;
};

}  // namespace wasmqtt
