// What all connections of one thread share, so that an idle one owns next to nothing.
#pragma once

#include <spdlog/logger.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <asio/io_context.hpp>

#include "mqtt/base/bytes.h"
#include "net/closing_links.h"

namespace wasmqtt {

// Bytes that one read takes at most. What a read's messages become is written before the next: more bytes would mean
// fewer system calls, but where a message goes to a thousand subscribers their output would not stay in the processor's
// cache until it is sent.
inline constexpr std::size_t kReadBufferSize = 32 * 1024;
// Bytes that are put together for one write at most.
inline constexpr std::size_t kWriteBufferSize = 32 * 1024;

struct Reactor {
  explicit Reactor(std::shared_ptr<spdlog::logger> logger,
                   std::chrono::milliseconds closing_patience = std::chrono::seconds(2))
      : log(std::move(logger)), closing_links(io, closing_patience) {}

  std::shared_ptr<spdlog::logger> log;
  // One thread: Asio may keep its handlers in a queue that no other thread touches.
  asio::io_context io{1};
  ClosingLinks closing_links;
  // Holds what was read last, for as long as it is handled.
  std::unique_ptr<std::uint8_t[]> read_memory = std::make_unique<std::uint8_t[]>(kReadBufferSize);
  // Holds the payload of the WebSocket frames that were read last, for as long as it is handled.
  mqtt::ByteBuffer payload;

  // Holds a piece of a file, or WebSocket frames, on the way out, for as long as they are written.
  std::unique_ptr<std::uint8_t[]> write_memory = std::make_unique<std::uint8_t[]>(kWriteBufferSize);

  std::span<std::uint8_t> read_buffer() { return {read_memory.get(), kReadBufferSize}; }
  std::span<std::uint8_t> write_buffer() { return {write_memory.get(), kWriteBufferSize}; }
};

}  // namespace wasmqtt
