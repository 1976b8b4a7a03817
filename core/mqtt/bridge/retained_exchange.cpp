// The exchange of what is retained on both sides, in slices, after the two brokers were apart.
#include <algorithm>
#include <utility>

#include "mqtt/bridge/bridge_retained.h"

namespace mqtt {

namespace {

// MQTT has no mark for the end of the retained messages that a subscription brings. Servers send them before they
// answer a later PINGREQ, or a moment after: so none may have come for that long.
constexpr Duration kQuiet = std::chrono::milliseconds(500);

// Messages of tell() that may be under way, and bytes that may wait for the remote broker before more is told.
constexpr std::size_t kMostTold = 1'000;
constexpr std::size_t kMostWaitingBytes = 256 * 1024;

// A slice takes a millisecond or two.
constexpr std::size_t kStepsOfASlice = 2'000;
constexpr std::size_t kMessagesOfASlice = 500;
constexpr Duration kPauseBetweenSlices = std::chrono::milliseconds(1);

// A change that has not arrived after so long was lost on its way to the bridge.
constexpr Duration kLate = std::chrono::seconds(10);

// More than that, and the remote broker did not tell all it has rather than lose so much: nothing is cleared then.
constexpr std::size_t kMostMissing = 10'000;
constexpr std::size_t kMostMissingBytes = 4 * 1024 * 1024;
constexpr std::size_t kNamesOfASubscribe = 32;

// Of what is asked for by name: no rule has it.
constexpr std::uint32_t kAskingIdentifier = 268'435'455;
constexpr OperationToken kUnsubscribeToken = 0xFFFF;

}  // namespace

void Bridge::Retained::work() {
  if (phase_ == Phase::Away || !remote().is_ready() || !remote().has_retained) return;
  ping();
  if (phase_ == Phase::Hearing && has_heard_all()) begin_telling();
  if (phase_ == Phase::Telling) {
    tell_changed();
    walk();
    if (is_walk_over_ && to_tell_ == 0 && own_ == 0) begin_asking();
  }
  if (phase_ == Phase::Asking && has_heard_all()) finish_asking();
  if (phase_ == Phase::InStep) tell_late();
  ping();
}

Instant Bridge::Retained::next_deadline() const {
  if (phase_ == Phase::Away || !bridge_.sides_[1].is_ready() || !bridge_.sides_[1].has_retained) return kNever;
  Instant next = kNever;
  if (!unasked_.empty() && !has_pinged_ && next_ping_at_ > bridge_.now_) next = std::min(next, next_ping_at_);
  const bool is_hearing = phase_ == Phase::Hearing || phase_ == Phase::Asking;
  if (is_hearing && barrier_ == Barrier::Reached) next = std::min(next, heard_at_ + kQuiet);
  if (phase_ == Phase::Telling && (to_tell_ > 0 || !is_walk_over_) && can_tell()) next = std::min(next, next_slice_at_);
  if (phase_ == Phase::InStep && !changed_.empty() && can_tell())
    next = std::min(next, std::max(changed_.waits_since() + patience(), next_slice_at_));
  return next;
}

bool Bridge::Retained::has_heard_all() const {
  return barrier_ == Barrier::Reached && awaited_subacks_ == 0 && heard_at_ + kQuiet <= now();
}

bool Bridge::Retained::can_tell() const {
  const Client& client = bridge_.sides_[1].client;
  if (bridge_.is_careful()) return client.in_flight() == 0 && client.queued_messages() == 0 && unconfirmed() == 0;
  return own_ < kMostTold && client.queued_messages() < kMostTold && client.output().size() <= kMostWaitingBytes;
}

// --- telling

void Bridge::Retained::begin_telling() {
  phase_ = Phase::Telling;
  to_tell_ = changed_.size();
  next_route_ = 0;
  is_walk_over_ = false;
  begin_next_walk();
  next_slice_at_ = now();
}

void Bridge::Retained::tell_changed() {
  for (std::size_t told = 0; told < kMessagesOfASlice && to_tell_ > 0 && can_tell(); ++told) {
    --to_tell_;
    if (changed_.empty()) {
      to_tell_ = 0;
      return;
    }
    const std::string topic = changed_.next();
    changed_.had_turn(now());
    tell(topic);
  }
}

// While one message follows the other, those of QoS 0 are told here alone.
Duration Bridge::Retained::patience() const {
  return bridge_.is_careful() ? Duration::zero() : kLate;
}

// A change whose message the local broker had no room for.
void Bridge::Retained::tell_late() {
  for (std::size_t told = 0; told < kMessagesOfASlice && !changed_.empty() && can_tell(); ++told) {
    if (changed_.waits_since() + patience() > now()) return;
    const std::string topic = changed_.next();
    changed_.had_turn(now());
    tell(topic);
    next_slice_at_ = now() + kPauseBetweenSlices;
  }
}

// Those of a rule that lets in alone are of interest only for what the remote broker had once.
void Bridge::Retained::begin_next_walk() {
  const auto& out = local().map.routes();
  const auto& in = remote().map.routes();
  walked_route_ = next_route_++;
  if (walked_route_ < out.size()) return store_.begin_walk(out[walked_route_].topic_filter);
  const std::size_t number = walked_route_ - out.size();
  if (number >= in.size() || known_.size() == 0) {
    is_walk_over_ = true;
    return store_.end_walk();
  }
  const BridgeRoute& route = in[number];
  store_.begin_walk(route.to_prefix + route.topic_filter.substr(route.from_prefix.size()));
}

void Bridge::Retained::walk() {
  if (is_walk_over_ || now() < next_slice_at_) return;
  next_slice_at_ = now() + kPauseBetweenSlices;
  std::size_t steps = kStepsOfASlice;
  for (std::size_t visited = 0; visited < kMessagesOfASlice && !is_walk_over_ && can_tell(); ++visited) {
    const Message message = store_.next(steps, now());
    if (message) {
      visit(message.topic());
    } else if (store_.walk_is_over()) {
      begin_next_walk();
    } else {
      return;
    }
  }
}

void Bridge::Retained::visit(std::string_view topic) {
  const auto& out = local().map.routes();
  const BridgeRoute* const route = local().map.find(topic, {});
  if (walked_route_ >= out.size()) {
    if (route == nullptr) visit_let_in(topic, remote().map.routes()[walked_route_ - out.size()]);
    return;
  }
  if (route != &out[walked_route_] || changed_.names(topic) || given_up_.contains(topic)) return;
  if (changed_.are_all()) return tell(std::string(topic));
  if (seen_.contains(topic)) return;
  if (!known_.contains(topic)) {
    // Of so many topics it is not known which the remote broker has; of those that changed it is told anyway.
    if (!seen_.is_full()) tell(std::string(topic));
    return;
  }
  std::string memory;
  const std::string remote_topic(TopicMap::rename(*route, topic, memory));
  const BridgeRoute* const back = remote().map.find(remote_topic, {});
  const bool comes_back = back != nullptr && TopicMap::rename(*back, remote_topic, memory) == topic;
  comes_back ? miss(topic, remote_topic) : seen_.insert(topic);
}

void Bridge::Retained::visit_let_in(std::string_view topic, const BridgeRoute& route) {
  if (!known_.contains(topic) || seen_.contains(topic)) return;
  const std::string remote_topic = route.from_prefix + std::string(topic.substr(route.to_prefix.size()));
  if (remote().map.find(remote_topic, {}) == &route) miss(topic, remote_topic);
}

// What is retained here now, or that nothing is.
void Bridge::Retained::tell(const std::string& topic) {
  const BridgeRoute* const route = local().map.find(topic, {});
  if (route == nullptr) return changed_.erase(topic);
  const Message here = store_.find(topic, now());
  Publish publish{.topic = topic, .qos = QoS::AtLeastOnce, .retain = true};
  if (here) here.to_publish(publish, now());
  std::string memory;
  publish.topic = TopicMap::rename(*route, topic, memory);
  publish.qos = std::min({publish.qos, route->maximum_qos, remote().maximum_qos});
  if (++last_number_ == 0) ++last_number_;
  const OperationToken token = message_token(last_number_, 0);
  if (!remote().client.publish(publish, token, now())) {  // the broker there can't take it
    ++local().statistics.dropped;
    return changed_.erase(topic);
  }
  ++local().statistics.crossed;
  bridge_.remember_echo(publish);
  ++own_;
  note_sent({.topic = topic, .value = value_of(publish.payload), .is_own = true}, publish.qos, token);
}

// --- asking

// So many are kept as they are; they are missed the next time, too.
void Bridge::Retained::miss(std::string_view topic, const std::string& remote_topic) {
  if (missing_.size() >= kMostMissing || missing_bytes_ >= kMostMissingBytes) return seen_.insert(topic);
  missing_bytes_ += topic.size() + remote_topic.size();
  missing_.push_back({.topic = std::string(topic), .remote_topic = remote_topic});
}

// Servers drop retained messages when there are many, and answer in any order: what is gone is asked for once more.
void Bridge::Retained::begin_asking() {
  if (missing_.empty()) return finish();
  phase_ = Phase::Asking;
  barrier_ = Barrier::None;
  OperationToken token = kFirstRetainedToken;
  for (std::size_t begin = 0; begin < missing_.size(); begin += kNamesOfASubscribe, ++token) {
    Subscribe subscribe;
    for (std::size_t i = begin; i < std::min(missing_.size(), begin + kNamesOfASubscribe); ++i) {
      subscribe.entries.push_back({missing_[i].remote_topic, {.maximum_qos = QoS::AtLeastOnce, .no_local = true}});
      asked_for_.push_back(missing_[i].remote_topic);
    }
    if (remote().has_identifiers) subscribe.properties.subscription_identifiers = {kAskingIdentifier};
    if (remote().client.subscribe(subscribe, token, now())) ++awaited_subacks_;
  }
  if (awaited_subacks_ == 0) finish_asking();
}

void Bridge::Retained::on_subscribed(OperationToken token, const Suback& suback) {
  if (phase_ != Phase::Asking) return;
  const std::size_t begin = (token - kFirstRetainedToken) * kNamesOfASubscribe;
  for (std::size_t i = 0; i < suback.reasons.size() && begin + i < missing_.size(); ++i)
    missing_[begin + i].can_be_heard = !is_failure(suback.reasons[i]);
  if (--awaited_subacks_ == 0) barrier_ = Barrier::Wanted;
}

bool Bridge::Retained::is_answer(const Publish& message) {
  const auto& identifiers = message.properties.subscription_identifiers;
  return message.retain && identifiers.size() == 1 && identifiers.front() == kAskingIdentifier;
}

void Bridge::Retained::finish_asking() {
  for (const Missing& missing : missing_) {
    if (seen_.contains(missing.topic) || changed_.names(missing.topic)) continue;
    if (!missing.can_be_heard) {
      seen_.insert(missing.topic);
      continue;
    }
    // The local broker takes it, or waits for it in the client.
    const Publish cleared{.topic = missing.topic, .qos = QoS::AtLeastOnce, .retain = true};
    [[maybe_unused]] const auto published = local().client.publish(cleared, kNoToken, now());
    ++remote().statistics.crossed;
  }
  stop_asking();
  finish();
}

void Bridge::Retained::stop_asking() {
  for (std::size_t begin = 0; begin < asked_for_.size(); begin += kNamesOfASubscribe) {
    Unsubscribe unsubscribe;
    for (std::size_t i = begin; i < std::min(asked_for_.size(), begin + kNamesOfASubscribe); ++i)
      unsubscribe.topic_filters.push_back(asked_for_[i]);
    const bool is_last = begin + kNamesOfASubscribe >= asked_for_.size();
    [[maybe_unused]] const auto written =
        remote().client.unsubscribe(unsubscribe, is_last ? kUnsubscribeToken : kNoToken, now());
  }
}

// Till then they are taken back again with each connection.
void Bridge::Retained::on_unsubscribed(OperationToken token) {
  if (token == kUnsubscribeToken) asked_for_.clear();
}

void Bridge::Retained::finish() {
  phase_ = Phase::InStep;
  std::swap(known_, seen_);
  seen_.clear();
  missing_ = {};
  missing_bytes_ = 0;
  changed_.finish_exchange();
}

}  // namespace mqtt
