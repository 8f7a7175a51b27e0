-- A page, or the floor, as it is; prints what `device.lua` prints. Called with: <session cookie>

function init(args)
  if args[1] then wrk.headers["Cookie"] = args[1] end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"microseconds":%d,"failed":%d,"refused":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status,
    latency:percentile(50), latency:percentile(99)))
end
