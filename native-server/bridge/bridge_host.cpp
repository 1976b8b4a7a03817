// Both sides are the same code; they differ in how a link comes about.
#include "bridge/bridge_host.h"

#include <string>
#include <utility>

#include "net/clock.h"
#include "net/memory_link.h"
#include "net/tcp_link.h"
#include "net/write_output.h"
#include "ops/printable.h"

namespace wasmqtt {

using mqtt::BridgeSide;

BridgeHost::BridgeHost(Reactor& reactor, const BridgeTarget& target, LinkAcceptor& broker,
                       mqtt::RetainedStore& retained)
    : reactor_(reactor),
      upstream_(target.upstream),
      broker_(broker),
      bridge_(target.options, *this, &retained),
      ends_{End(*this, BridgeSide::Local), End(*this, BridgeSide::Remote)},
      gathering_(reactor.io),
      timer_(reactor.io, [this] {
        bridge_.advance(now());
        conclude();
      }) {}

BridgeHost::~BridgeHost() {
  if (dial_) dial_->cancel();
  for (const End& end : ends_) {
    if (end.link) end.link->abort();
  }
}

void BridgeHost::start(std::function<void()> on_local_ready) {
  on_local_ready_ = std::move(on_local_ready);
  bridge_.start(now());
  conclude();
}

void BridgeHost::shut_down() {
  on_local_ready_ = nullptr;
  bridge_.shut_down(now());
  conclude();
  gathering_.cancel();
  timer_.stop();
}

void BridgeHost::End::on_bytes(Bytes bytes) {
  host.bridge_.receive(side, bytes, now());
  if (side == BridgeSide::Remote) {
    is_gathering = host.gathering_.begins_after(bytes.size(), [this] {
      is_gathering = false;
      host.conclude();
    });
  }
  host.conclude();
}

void BridgeHost::End::on_writable() {
  is_blocked = false;
  host.conclude();
}

void BridgeHost::End::on_end(const LinkEnd& end) {
  if (side == BridgeSide::Remote)
    host.reactor_.log->warn("bridge: {} is gone: {}", host.name_of(side), printable(end.text, 256));
  lose(end.by_peer ? mqtt::TransportEnd::ByPeer : mqtt::TransportEnd::Lost);
  host.conclude();
}

void BridgeHost::End::open(std::shared_ptr<Link> opened) {
  link = std::move(opened);
  is_blocked = is_paused = is_time_limited = is_gathering = false;
  link->start(*this);
  if (const auto sent = host.bridge_.transport_opened(side, now()); !sent)
    host.reactor_.log->error("bridge: no CONNECT can be made of these options: {}", sent.error().text);
}

// The link has ended, or is closed here.
void BridgeHost::End::lose(mqtt::TransportEnd end) {
  link = nullptr;
  host.bridge_.transport_closed(side, now(), end);
}

void BridgeHost::End::flush() {
  if (link == nullptr) return;
  mqtt::Bridge& bridge = host.bridge_;
  if (!is_blocked) {
    is_blocked = !write_output(*link, bridge.output(side),
                               [&](std::size_t taken) { bridge.consume_output(side, taken, now()); });
  }
  if (!bridge.should_close(side)) return;
  if (bridge.output(side).empty()) {
    link->close(CloseCode::NormalClosure, "");
    lose(mqtt::TransportEnd::Lost);
  } else if (!std::exchange(is_time_limited, true)) {
    link->limit_remaining_time();
  }
}

void BridgeHost::End::pace_reading() {
  if (link == nullptr) return;
  const bool takes_input = host.bridge_.takes_input(side) && !is_gathering;
  if (takes_input != is_paused) return;
  is_paused = !takes_input;
  takes_input ? link->resume() : link->pause();
}

std::string BridgeHost::name_of(BridgeSide side) const {
  return side == BridgeSide::Local ? "this server" : "the broker at " + upstream_.text();
}

// What a step of the bridge has left to do. Not from within one.
void BridgeHost::conclude() {
  do {
    open_due();
    if (dial_ && bridge_.should_close(BridgeSide::Remote)) {  // it took too long, or is not wanted any more
      std::exchange(dial_, nullptr)->cancel();
      end(BridgeSide::Remote).lose(mqtt::TransportEnd::Lost);
    }
    for (End& end : ends_)
      end.flush();
    // What has ended just now may be wanted again at once.
  } while (end(BridgeSide::Local).is_due || end(BridgeSide::Remote).is_due);
  // How much one side may read hangs on what the other has written.
  for (End& end : ends_)
    end.pace_reading();
  if (on_local_ready_ && bridge_.ready(BridgeSide::Local)) std::exchange(on_local_ready_, nullptr)();
  timer_.arm(bridge_.next_deadline());
}

void BridgeHost::open_due() {
  if (std::exchange(end(BridgeSide::Local).is_due, false)) connect_local();
  if (std::exchange(end(BridgeSide::Remote).is_due, false)) dial_remote();
}

void BridgeHost::connect_local() {
  const auto [ours, brokers] = MemoryLink::make_pair(reactor_, "bridge");
  broker_.accept(brokers);
  end(BridgeSide::Local).open(ours);
}

void BridgeHost::dial_remote() {
  dial_ = std::make_shared<UpstreamDial>(reactor_.io, upstream_,
                                         [this](UpstreamDial::Outcome outcome) { on_dialled(std::move(outcome)); });
  dial_->start();
}

void BridgeHost::on_dialled(UpstreamDial::Outcome outcome) {
  dial_ = nullptr;
  End& remote = end(BridgeSide::Remote);
  if (outcome.problem.empty()) {
    report_dropped();
    remote.open(std::make_shared<TcpLink>(reactor_, std::move(outcome.socket), std::move(outcome.peer)));
  } else {
    reactor_.log->warn("bridge: no connection to {}: {}", name_of(BridgeSide::Remote), outcome.problem);
    remote.lose(mqtt::TransportEnd::Lost);
  }
  conclude();
}

void BridgeHost::report_dropped() {
  const std::uint64_t dropped = bridge_.statistics(BridgeSide::Local).dropped;
  const std::uint64_t further = dropped - std::exchange(dropped_, dropped);
  if (further == 0) return;
  reactor_.log->warn("bridge: {} of QoS 0 or refused {} not passed on to the broker at {}",
                     further == 1 ? "1 message" : fmt::format("{} messages", further), further == 1 ? "was" : "were",
                     upstream_.text());
}

void BridgeHost::on_connect_due(BridgeSide side) {
  end(side).is_due = true;
}

void BridgeHost::on_connack(BridgeSide side, const mqtt::Connack& connack) {
  if (side == BridgeSide::Local || connack.reason != mqtt::ReasonCode::Success) return;
  reactor_.log->info("bridge: connected to {}, {}{}", name_of(side), mqtt::dialect_name(bridge_.dialect()),
                     connack.session_present ? ", session resumed" : "");
}

void BridgeHost::on_dialect_refused(mqtt::BridgeDialect refused, std::optional<mqtt::BridgeDialect> next) {
  const std::string what = next ? fmt::format("trying {}", mqtt::dialect_name(*next)) : "nothing else is left to try";
  reactor_.log->warn("bridge: {} does not take {}; {}", name_of(BridgeSide::Remote), mqtt::dialect_name(refused), what);
}

void BridgeHost::on_given_up(std::string_view topic, unsigned connections) {
  const std::string which = topic.empty() ? "a message" : fmt::format("a message on '{}'", printable(topic, 256));
  reactor_.log->error("bridge: gave up {}: {} connections to {} ended without an answer to it ({} given up so far)",
                      which, connections, name_of(BridgeSide::Remote), bridge_.statistics(BridgeSide::Local).given_up);
}

void BridgeHost::on_subscription_refused(BridgeSide side, std::string_view topic_filter, const mqtt::Error& error) {
  reactor_.log->error("bridge: {} refuses a subscription to '{}': {} ({})", name_of(side), printable(topic_filter),
                      error.text, mqtt::reason_code_name(error.reason));
}

void BridgeHost::on_closing(BridgeSide side, const mqtt::Error& error) {
  // Without the bridge is better than not at all.
  if (side == BridgeSide::Local && on_local_ready_) std::exchange(on_local_ready_, nullptr)();
  if (error.reason == mqtt::ReasonCode::Success) return;
  reactor_.log->warn("bridge: no connection to {}: {} ({})", name_of(side), error.text,
                     mqtt::reason_code_name(error.reason));
}

}  // namespace wasmqtt
