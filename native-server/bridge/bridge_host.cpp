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
namespace {

using mqtt::BridgeSide;

std::size_t index(BridgeSide side) {
  return static_cast<std::size_t>(side);
}

}  // namespace

BridgeHost::BridgeHost(Reactor& reactor, const BridgeTarget& target, LinkAcceptor& broker)
    : reactor_(reactor),
      upstream_(target.upstream),
      broker_(broker),
      bridge_(target.options, *this),
      ends_{End(*this, BridgeSide::Local), End(*this, BridgeSide::Remote)},
      gathering_(reactor.io),
      timer_(reactor.io.get_executor()) {}

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
  timer_.cancel();
}

void BridgeHost::End::on_octets(Bytes octets) {
  host.bridge_.receive(side, octets, now());
  if (side == BridgeSide::Remote) {
    is_gathering = host.gathering_.begins_after(octets.size(), [this] {
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
    host.reactor_.log->warn("bridge: the broker at {} is gone: {}", host.upstream_.text(), printable(end.text, 256));
  lose();
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
void BridgeHost::End::lose() {
  link = nullptr;
  host.bridge_.transport_closed(side, now());
}

void BridgeHost::End::flush() {
  if (link == nullptr) return;
  mqtt::Bridge& bridge = host.bridge_;
  if (!is_blocked) {
    is_blocked =
        !write_output(*link, bridge.output(side), [&](std::size_t taken) { bridge.consume_output(side, taken); });
  }
  if (!bridge.should_close(side)) return;
  if (bridge.output(side).empty()) {
    link->close(CloseCode::NormalClosure, "");
    lose();
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

// What a step of the bridge has left to do. Not from within one.
void BridgeHost::conclude() {
  if (std::exchange(is_due_[index(BridgeSide::Local)], false)) connect_local();
  if (std::exchange(is_due_[index(BridgeSide::Remote)], false)) dial_remote();
  if (dial_ && bridge_.should_close(BridgeSide::Remote)) {  // it took too long, or is not wanted any more
    std::exchange(dial_, nullptr)->cancel();
    ends_[index(BridgeSide::Remote)].lose();
  }
  for (End& end : ends_)
    end.flush();
  // How much one side may read hangs on what the other has written.
  for (End& end : ends_)
    end.pace_reading();
  if (on_local_ready_ && bridge_.ready(BridgeSide::Local)) std::exchange(on_local_ready_, nullptr)();
  arm_timer();
}

void BridgeHost::connect_local() {
  const auto [ours, brokers] = MemoryLink::make_pair(reactor_, "bridge");
  broker_.accept(brokers);
  ends_[index(BridgeSide::Local)].open(ours);
}

void BridgeHost::dial_remote() {
  dial_ = std::make_shared<UpstreamDial>(reactor_.io, upstream_,
                                         [this](UpstreamDial::Outcome outcome) { on_dialled(std::move(outcome)); });
  dial_->start();
}

void BridgeHost::on_dialled(UpstreamDial::Outcome outcome) {
  dial_ = nullptr;
  End& remote = ends_[index(BridgeSide::Remote)];
  if (outcome.problem.empty()) {
    report_dropped();
    remote.open(std::make_shared<TcpLink>(reactor_, std::move(outcome.socket), std::move(outcome.peer)));
  } else {
    reactor_.log->warn("bridge: no connection to the broker at {}: {}", upstream_.text(), outcome.problem);
    remote.lose();
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

// Only to come sooner; coming too soon costs a look.
void BridgeHost::arm_timer() {
  const mqtt::Instant deadline = bridge_.next_deadline();
  if (deadline >= timer_at_) return;
  timer_at_ = deadline;
  timer_.expires_at(to_time_point(deadline));
  timer_.async_wait([this](const asio::error_code& error) {
    if (error) return;  // set anew
    timer_at_ = mqtt::kNever;
    bridge_.advance(now());
    conclude();
  });
}

void BridgeHost::on_connect_due(BridgeSide side) {
  is_due_[index(side)] = true;
}

void BridgeHost::on_connack(BridgeSide side, const mqtt::Connack& connack) {
  if (side == BridgeSide::Local || connack.reason != mqtt::ReasonCode::Success) return;
  reactor_.log->info("bridge: connected to the broker at {}{}", upstream_.text(),
                     connack.session_present ? ", session resumed" : "");
}

void BridgeHost::on_subscription_refused(BridgeSide side, std::string_view topic_filter, const mqtt::Error& error) {
  reactor_.log->error("bridge: {} refuses a subscription to '{}': {} ({})",
                      side == BridgeSide::Local ? "this server" : "the broker at " + upstream_.text(),
                      printable(topic_filter), error.text, mqtt::reason_code_name(error.reason));
}

void BridgeHost::on_closing(BridgeSide side, const mqtt::Error& error) {
  // Without the bridge is better than not at all.
  if (side == BridgeSide::Local && on_local_ready_) std::exchange(on_local_ready_, nullptr)();
  if (error.reason == mqtt::ReasonCode::Success) return;
  reactor_.log->warn("bridge: no connection to {}: {} ({})",
                     side == BridgeSide::Local ? "this server" : "the broker at " + upstream_.text(), error.text,
                     mqtt::reason_code_name(error.reason));
}

}  // namespace wasmqtt
