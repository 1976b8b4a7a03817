// Runs a reactor's loop until it is stopped or has nothing left to wait for.
#pragma once

#include "net/reactor.h"

namespace wasmqtt {

void run_reactor(Reactor& reactor);

}  // namespace wasmqtt
