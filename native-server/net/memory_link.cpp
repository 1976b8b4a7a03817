// One buffer for each direction, and posted turns.
#include "net/memory_link.h"

#include <algorithm>

#include <asio/post.hpp>

namespace wasmqtt {

std::pair<std::shared_ptr<MemoryLink>, std::shared_ptr<MemoryLink>> MemoryLink::make_pair(Reactor& reactor,
                                                                                          const std::string& name) {
  const auto first = std::make_shared<MemoryLink>(reactor, name);
  const auto second = std::make_shared<MemoryLink>(reactor, name);
  first->other_ = second;
  second->other_ = first;
  return {first, second};
}

void MemoryLink::start(LinkListener& listener) {
  listener_ = &listener;
  take_turn_soon();
}

std::size_t MemoryLink::write(std::span<const Bytes> parts) {
  if (other_ == nullptr) return 0;
  std::size_t taken = 0;
  for (const Bytes part : parts) {
    const std::size_t room = kCapacity - std::min(kCapacity, other_->arrived_.size());
    const Bytes front = part.first(std::min(part.size(), room));
    other_->arrived_.append(front);
    taken += front.size();
    wants_writable_ = front.size() < part.size();
    if (wants_writable_) break;
  }
  other_->take_turn_soon();
  return taken;
}

void MemoryLink::want_writable() {
  wants_writable_ = true;
  take_turn_soon();
}

void MemoryLink::resume() {
  if (!is_paused_) return;
  is_paused_ = false;
  take_turn_soon();
}

void MemoryLink::take_turn_soon() {
  if (has_turn_) return;
  has_turn_ = true;
  asio::post(reactor_.io, [self = shared_from_this()] {
    self->has_turn_ = false;
    self->take_turn();
  });
}

void MemoryLink::take_turn() {
  if (listener_ != nullptr && !is_paused_ && !arrived_.empty()) {
    std::swap(arrived_, being_read_);
    if (other_ != nullptr && other_->wants_writable_) other_->take_turn_soon();
    listener_->on_bytes(being_read_.view());
    being_read_.clear();
  }
  if (listener_ != nullptr && other_ != nullptr && wants_writable_ && other_->arrived_.size() < kCapacity) {
    wants_writable_ = false;
    listener_->on_writable();
  }
  if (other_has_closed_ && arrived_.empty()) end({true, "the other end closed the connection"});
}

void MemoryLink::close(CloseCode, std::string_view) {
  const auto self = shared_from_this();  // closing_links or the other end may hold the last reference
  listener_ = nullptr;
  reactor_.closing_links.remove(this);
  if (other_ == nullptr) return;
  const auto other = std::exchange(other_, nullptr);
  other->other_ = nullptr;
  other->other_has_closed_ = true;
  other->take_turn_soon();
}

void MemoryLink::expire() {
  end({false, "the other end did not take its last bytes in time"});
}

void MemoryLink::end(const LinkEnd& end) {
  LinkListener* const listener = listener_;
  abort();
  if (listener != nullptr) listener->on_end(end);
}

}  // namespace wasmqtt
