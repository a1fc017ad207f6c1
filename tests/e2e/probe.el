;;; A real Emacs with eglot as a client: opens a file, waits for diagnostics, takes one code action, tells what it saw.  -*- lexical-binding: t -*-
;; The job, a JSON file that $DAGDOCK_JOB names: `file', `command' (of the server), `expected' (how many diagnostics to
;; wait for), `title' (how the code action to take begins), `out' (the file for the answer).
(require 'package)
(package-initialize)
(require 'eglot)
(require 'json)

(defvar job (let ((json-array-type 'list)) (json-read-file (getenv "DAGDOCK_JOB"))))
(defun job (key) (alist-get key job))

(define-derived-mode dagdock-probe-mode prog-mode "Probe")
(add-to-list 'eglot-server-programs (cons 'dagdock-probe-mode (job 'command)))
(setq eglot-sync-connect 20
      eglot-autoshutdown t
      make-backup-files nil
      coding-system-for-write 'utf-8)

(defun wait (seconds done)
  "Let the server speak until DONE says yes, for SECONDS at most."
  (let ((end (+ (float-time) seconds)))
    (while (and (not (funcall done)) (< (float-time) end))
      (accept-process-output nil 0.05)
      ;; What the editor does when it is idle, which it never is in batch mode.
      (eglot--signal-textDocument/didChange)
      (flymake-start))))

(defun known ()
  (mapcar (lambda (diagnostic)
            `((text . ,(flymake-diagnostic-text diagnostic))
              (start . ,(flymake-diagnostic-beg diagnostic))
              (stop . ,(flymake-diagnostic-end diagnostic))
              (type . ,(symbol-name (flymake-diagnostic-type diagnostic)))))
          (flymake-diagnostics)))

(defun take (title)
  "Take the first code action of the whole buffer whose title begins with TITLE."
  (let* ((actions (jsonrpc-request
                   (eglot--current-server-or-lose) :textDocument/codeAction
                   (list :textDocument (eglot--TextDocumentIdentifier)
                         :range (list :start (eglot--pos-to-lsp-position (point-min))
                                      :end (eglot--pos-to-lsp-position (point-max)))
                         :context '(:diagnostics []))))
         (action (seq-find (lambda (each) (string-prefix-p title (plist-get each :title))) actions)))
    (eglot--apply-workspace-edit (plist-get action :edit))
    (plist-get action :title)))

(find-file (job 'file))
(dagdock-probe-mode)
(apply #'eglot (append (eglot--guess-contact) '(nil)))
(wait 20 (lambda () (>= (length (known)) (job 'expected))))
(wait 0.3 #'ignore)
(let* ((seen (known))
       (taken (take (job 'title)))
       (_ (wait 10 (lambda () (< (length (known)) (length seen)))))
       (answer `((diagnostics . ,(vconcat seen))
                 (taken . ,taken)
                 (left . ,(length (known)))
                 (text . ,(buffer-substring-no-properties (point-min) (point-max))))))
  (set-buffer-modified-p nil)
  (eglot-shutdown (eglot--current-server-or-lose))
  (with-temp-file (job 'out) (insert (json-encode answer))))
