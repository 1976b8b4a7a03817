// Bytes on their way out of a machine: small packets copied one behind the other, large payloads shared between them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "mqtt/base/bytes.h"
#include "mqtt/base/shared_bytes.h"

namespace mqtt {

// A payload of at least this many bytes is shared with the queue instead of copied into it: below, a copy is cheaper
// than the bookkeeping and the extra element of a gathered write.
inline constexpr std::size_t kSharedPayloadThreshold = 8 * 1024;

// The machine appends at the back; the host gathers from the front, writes what its transport takes, and consumes that
// much. An empty queue whose memory was taken owns none beyond itself.
class OutputQueue {
 public:
  bool empty() const { return size_ == 0; }
  // Bytes that wait, shared payloads included.
  std::size_t size() const { return size_; }

  // Fills `into` with views of the bytes at the front, in order, and answers how many it filled. They hold until the
  // queue is changed. One element is enough unless large payloads wait.
  std::size_t gather(std::span<Bytes> into) const;

  // Drops bytes that were written. Precondition: count <= size().
  void consume(std::size_t count);

  void clear();

  // Copies `bytes` to the back.
  void append(Bytes bytes) {
    bytes_.append(bytes);
    size_ += bytes.size();
  }
  void append_shared(SharedBytes bytes);

  // For the codec: `encode(ByteBuffer&)` appends a packet; answers its bytes.
  template <typename Encode>
  std::size_t write(Encode&& encode) {
    const std::size_t before = bytes_.size();
    encode(bytes_);
    last_write_ = bytes_.size() - before;
    size_ += last_write_;
    return last_write_;
  }
  // Bytes of the last write().
  std::size_t last_write() const { return last_write_; }
  // Takes the last write() back, when it turned out to be more than the peer takes. Precondition: nothing happened
  // since.
  void drop_last_write() {
    bytes_.truncate(bytes_.size() - last_write_);
    size_ -= last_write_;
    last_write_ = 0;
  }
  // `count` bytes at the back, of unspecified content, for the caller to fill at once.
  std::uint8_t* extend(std::size_t count) {
    size_ += count;
    return bytes_.extend(count);
  }

  // The memory behind the small bytes moves between queues, so that only those which hold something own any.
  // Precondition of both: empty().
  ByteBuffer take_memory();
  void give_memory(ByteBuffer memory);
  std::size_t memory_bytes() const { return bytes_.capacity() + shared_.capacity() * sizeof(Shared); }

 private:
  void drop_written();

  // A shared payload stands before the small byte at `position`.
  struct Shared {
    std::size_t position;
    SharedBytes bytes;
  };

  ByteBuffer bytes_;            // all small bytes; those before begin_ are written
  std::vector<Shared> shared_;  // by position; those before first_shared_ are written
  std::size_t begin_ = 0;
  std::size_t first_shared_ = 0;
  std::size_t shared_begin_ = 0;  // bytes of the first shared payload that are written
  std::size_t size_ = 0;
  std::size_t last_write_ = 0;
};

}  // namespace mqtt
