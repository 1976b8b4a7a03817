// Two ends of this process -> Links of each other.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "net/link.h"
#include "net/reactor.h"

namespace wasmqtt {

// Bytes that one end writes the other end's listener gets in a turn of its own, so neither is called in the middle of
// what it does. At most kCapacity of them wait in each direction.
class MemoryLink final : public Link, public std::enable_shared_from_this<MemoryLink> {
 public:
  static constexpr std::size_t kCapacity = 256 * 1024;

  // Both are joined from the beginning; `name` is what each calls its peer.
  static std::pair<std::shared_ptr<MemoryLink>, std::shared_ptr<MemoryLink>> make_pair(Reactor& reactor,
                                                                                       const std::string& name);
  MemoryLink(Reactor& reactor, std::string name) : reactor_(reactor), name_(std::move(name)) {}

  void start(LinkListener& listener) override;
  std::size_t write(std::span<const Bytes> parts) override;
  void want_writable() override;
  void pause() override { is_paused_ = true; }
  void resume() override;
  void close(CloseCode code, std::string_view text) override;
  void abort() override { close(CloseCode::NormalClosure, ""); }
  void expire() override;
  void limit_remaining_time() override { reactor_.closing_links.add(shared_from_this()); }

  std::string peer() const override { return name_; }
  bool is_web_socket() const override { return false; }
  bool is_of_host() const override { return true; }

 private:
  void take_turn_soon();
  void take_turn();
  void end(const LinkEnd& end);

  Reactor& reactor_;
  std::string name_;
  std::shared_ptr<MemoryLink> other_;  // null once either end has closed
  LinkListener* listener_ = nullptr;
  mqtt::ByteBuffer arrived_;
  mqtt::ByteBuffer being_read_;  // empty but in take_turn(); it keeps its memory
  bool is_paused_ = false;
  bool has_turn_ = false;        // take_turn() is posted
  bool wants_writable_ = false;  // it could not write, or asked to be told
  bool other_has_closed_ = false;
};

}  // namespace wasmqtt
