-- A real Neovim (0.7 or later) as a client: opens a file, waits for diagnostics, takes code actions, tells what it saw.
-- The job, a JSON file that $DAGDOCK_JOB names: `file`, `filetype`, `command` (of the server), `expected` (how many
-- diagnostics to wait for), `take` (code actions, each {title = how it begins} or {kind = …}, each undone),
-- `out` (the file for the answer).
local function read(path)
  local file = assert(io.open(path))
  local text = file:read('*a')
  file:close()
  return text
end

local job = vim.json.decode(read(vim.env.DAGDOCK_JOB))
local out = { pushes = 0, pulls = 0, taken = {}, version = tostring(vim.version().minor) }

local function counting(method, name)
  return function(...)
    out[name] = out[name] + 1
    return vim.lsp.handlers[method](...)
  end
end

vim.cmd('edit ' .. vim.fn.fnameescape(job.file))
local buffer = vim.api.nvim_get_current_buf()
vim.bo[buffer].filetype = job.filetype
local start = vim.fn.has('nvim-0.8') == 1 and vim.lsp.start or vim.lsp.start_client
local id = start({
  name = 'dagdock',
  cmd = job.command,
  root_dir = vim.fn.getcwd(),
  handlers = {
    ['textDocument/publishDiagnostics'] = counting('textDocument/publishDiagnostics', 'pushes'),
    ['textDocument/diagnostic'] = vim.lsp.handlers['textDocument/diagnostic']
      and counting('textDocument/diagnostic', 'pulls'),
  },
})
vim.lsp.buf_attach_client(buffer, id)

local function wait(milliseconds, condition)
  return vim.wait(milliseconds, condition, 10)
end

local function client()
  return vim.lsp.get_client_by_id(id)
end

local function known()
  local found = {}
  for _, each in ipairs(vim.diagnostic.get(buffer)) do
    table.insert(found, {
      code = each.code or vim.tbl_get(each, 'user_data', 'lsp', 'code'),
      source = each.source,
      message = each.message,
      severity = each.severity,
      start = { each.lnum, each.col },
      stop = { each.end_lnum, each.end_col },
    })
  end
  return found
end

local function ask(method, params)
  local answers = vim.lsp.buf_request_sync(buffer, method, params, 10000) or {}
  local answer = answers[id] or { error = 'no answer' }
  assert(not answer.error, method .. ': ' .. vim.inspect(answer.error))
  return answer.result
end

local function lines()
  return vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
end

local function actions(only)
  return ask('textDocument/codeAction', {
    textDocument = { uri = vim.uri_from_bufnr(buffer) },
    range = { start = { line = 0, character = 0 }, ['end'] = { line = #lines(), character = 0 } },
    context = { diagnostics = {}, only = only },
  }) or {}
end

local function take(wanted)
  local only = wanted.kind and { wanted.kind } or nil
  for _, action in ipairs(actions(only)) do
    if (wanted.title and vim.startswith(action.title, wanted.title)) or action.kind == wanted.kind then
      if not action.edit then
        action = ask('codeAction/resolve', action)
      end
      local before = #known()
      vim.lsp.util.apply_workspace_edit(action.edit, client().offset_encoding or 'utf-16')
      wait(5000, function() return #known() < before end)
      table.insert(out.taken, { title = action.title, lines = lines(), left = known() })
      vim.cmd('silent undo')
      wait(5000, function() return #known() == before end)
      return
    end
  end
  table.insert(out.taken, { title = vim.NIL, lines = lines(), left = known() })
end

local ok, problem = pcall(function()
  out.initialized = wait(20000, function() return client() and client().initialized end)
  wait(10000, function() return #known() >= job.expected end)
  vim.wait(300) -- for more than was expected
  out.diagnostics = known()
  out.encoding = client().offset_encoding
  out.titles = vim.tbl_map(function(action) return action.title end, actions())
  for _, wanted in ipairs(job.take) do
    take(wanted)
  end
end)
out.problem = ok and vim.NIL or tostring(problem)
vim.lsp.stop_client(id)
out.stopped = wait(5000, function() return client() == nil end)
local file = assert(io.open(job.out, 'w'))
file:write(vim.json.encode(out))
file:close()
vim.cmd('qall!')
